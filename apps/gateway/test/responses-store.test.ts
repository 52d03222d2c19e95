import {
  createHarness,
  eventStream,
  type Harness,
  json,
  messageEvents,
  messageResponse,
  namedEvents,
  responsesResponse,
  thinkingResponse,
} from '@tollgate/testkit';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { post } from './support/chat-face.ts';
import { startScripted } from './support/scripted-providers.ts';

const CLAUDE = 'claude-sonnet-4-5';
const GPT = 'gpt-5.6-terra';

const start = (): Promise<Harness> => createHarness(createApp);
const clientOf = (harness: Harness, apiKey = harness.keys.member): OpenAI =>
  new OpenAI({ baseURL: `${harness.url}/v1`, apiKey, maxRetries: 0 });
const spoken = (harness: Harness): unknown => harness.anthropic.lastRequest().body;

const NOT_FOUND = {
  status: 404,
  code: 'previous_response_not_found',
  param: 'previous_response_id',
  type: 'invalid_request_error',
};

/** References to the first items of so many responses. */
async function itemsOf(client: OpenAI, count: number) {
  const references: OpenAI.Responses.ResponseInputItem[] = [];
  while (references.length < count) {
    const { output } = await client.responses.create({ model: CLAUDE, input: 'Much?' });
    references.push({ type: 'item_reference', id: String(output[0]?.id) });
  }
  return references;
}

describe('a response of a provider that keeps none', () => {
  it('is kept here: read again, its input listed, deleted', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageWithUsage('Cold.', 40, 3);
    const { responses } = clientOf(harness);

    const made = await responses.create({
      model: CLAUDE,
      input: 'Weather?',
      instructions: 'Be brief.',
      metadata: { team: 'north' },
    });

    expect(made).toMatchObject({
      id: expect.stringMatching(/^resp_[0-9a-f]{24}$/),
      status: 'completed',
      store: true,
      instructions: 'Be brief.',
      metadata: { team: 'north' },
      completed_at: expect.any(Number),
    });
    const { _request_id, output_text, ...body } = { _request_id: undefined, ...made };
    expect(output_text).toBe('Cold.');
    expect(await responses.retrieve(made.id)).toMatchObject(body);
    const items = await responses.inputItems.list(made.id);
    expect(items.data).toEqual([
      {
        id: expect.any(String),
        type: 'message',
        role: 'user',
        status: 'completed',
        content: [{ type: 'input_text', text: 'Weather?' }],
      },
    ]);
    await responses.delete(made.id);
    await expect(responses.retrieve(made.id)).rejects.toMatchObject({ status: 404 });
  });

  it.each(['whole', 'streamed'])('is gone on from, %s, over several turns', async (form) => {
    await using harness = await start();
    const { responses } = clientOf(harness);
    const ask = async (text: string, previous?: string) => {
      const answer = messageResponse(`answer to ${text}`);
      const asked = {
        model: CLAUDE,
        input: text,
        instructions: `instructions of ${text}`,
        ...(previous === undefined ? {} : { previous_response_id: previous }),
      };
      if (form === 'whole') {
        harness.anthropic.mockMessage(json(answer));
        return responses.create(asked);
      }
      harness.anthropic.mockMessageStream(messageEvents(answer));
      return responses.stream(asked).finalResponse();
    };

    const first = await ask('one');
    const second = await ask('two', first.id);
    const third = await ask('three', second.id);

    expect(third.previous_response_id).toBe(second.id);
    expect(spoken(harness)).toMatchObject({
      system: [{ text: 'instructions of three' }],
      messages: ['one', 'answer to one', 'two', 'answer to two', 'three'].map((text, index) => ({
        role: index % 2 === 0 ? 'user' : 'assistant',
        content: [{ type: 'text', text }],
      })),
    });
    const [item, ...others] = (await responses.inputItems.list(third.id)).data;
    expect(item).toMatchObject({ content: [{ text: 'three' }] });
    expect(others).toEqual([]);
  });

  it('gives tool results to calls that are kept, and refuses those that answer none', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageWithToolUse('weather', { city: 'Oslo' }, 'toolu_1');
    harness.anthropic.mockMessageWithUsage('Cold.', 40, 3);
    const { responses } = clientOf(harness);
    const tools = [{ type: 'function' as const, name: 'weather', parameters: {}, strict: false }];

    const first = await responses.create({ model: CLAUDE, input: 'Weather?', tools });
    const result = (call_id: string) => ({
      model: CLAUDE,
      tools,
      previous_response_id: first.id,
      input: [{ type: 'function_call_output' as const, call_id, output: '-3' }],
    });
    await expect(responses.create(result('toolu_2'))).rejects.toMatchObject({
      status: 400,
      param: 'input[0].call_id',
    });
    const second = await responses.create(result('toolu_1'));

    expect(second.output_text).toBe('Cold.');
    expect(spoken(harness)).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1' }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1' }] },
      ],
    });
  });

  it.each(['whole', 'streamed'])('gives its thoughts back to their provider: %s', async (form) => {
    await using harness = await start();
    const thought = thinkingResponse('Let me think', 'Cold.');
    harness.anthropic.mockMessage(
      form === 'whole' ? json(thought) : eventStream(namedEvents(messageEvents(thought))),
    );
    harness.anthropic.mockMessageWithUsage('Yes.', 40, 3);
    const { responses } = clientOf(harness);
    const asked = { model: CLAUDE, reasoning: { effort: 'low' as const } };

    const first =
      form === 'whole'
        ? await responses.create({ ...asked, input: 'Weather?' })
        : await responses.stream({ ...asked, input: 'Weather?' }).finalResponse();
    await responses.create({ ...asked, input: 'Sure?', previous_response_id: first.id });

    expect(spoken(harness)).toMatchObject({
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Let me think', signature: 'c2lnbmF0dXJl' },
            { type: 'text', text: 'Cold.' },
          ],
        },
        { role: 'user' },
      ],
    });
  });

  it('is gone on from by a model of another provider', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageWithUsage('Cold.', 40, 3);
    harness.openai.mockResponseWithUsage('Very.', 10, 2);
    const { responses } = clientOf(harness);

    const first = await responses.create({ model: CLAUDE, input: 'Weather?' });
    const second = await responses.create({
      model: GPT,
      input: 'How cold?',
      previous_response_id: first.id,
    });

    expect(second).toMatchObject({ output_text: 'Very.', previous_response_id: first.id });
    expect(second.id).not.toBe('resp_test123');
    expect(harness.openai.lastRequest().body).toMatchObject({
      store: false,
      input: [
        { role: 'user', content: 'Weather?' },
        { role: 'assistant', content: [{ type: 'output_text', text: 'Cold.' }] },
        { role: 'user', content: 'How cold?' },
      ],
    });
    expect(harness.openai.lastRequest().body).not.toHaveProperty('previous_response_id');
  });

  it('is found by its own key alone, and another key’s id is as good as none', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageWithUsage('Cold.', 40, 3);
    const other = clientOf(harness, harness.keys.admin).responses;

    const { id } = await clientOf(harness).responses.create({ model: CLAUDE, input: 'Weather?' });

    const asked = { model: CLAUDE, input: 'And?' };
    const messages = await Promise.all(
      [id, 'resp_000000000000000000000000'].map(async (previous_response_id) => {
        const refusal = await other
          .create({ ...asked, previous_response_id })
          .then(() => undefined)
          .catch((error: unknown) => error);
        expect(refusal).toMatchObject(NOT_FOUND);
        return String(refusal).replace(previous_response_id, 'ID');
      }),
    );
    expect(messages[0]).toBe(messages[1]);
    for (const ask of [
      () => other.retrieve(id),
      () => other.delete(id),
      () => other.cancel(id),
      () => other.inputItems.list(id),
      () => other.inputTokens.count({ ...asked, previous_response_id: id }),
    ]) {
      await expect(ask()).rejects.toMatchObject({ status: 404 });
    }
    expect((await clientOf(harness).responses.retrieve(id)).id).toBe(id);
  });

  it('is not kept where its client says so', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageWithUsage('Cold.', 40, 3);
    const { responses } = clientOf(harness);

    const made = await responses.create({ model: CLAUDE, input: 'Weather?', store: false });

    expect(made).toMatchObject({ store: false });
    await expect(responses.retrieve(made.id)).rejects.toMatchObject({ status: 404 });
  });

  it('outlives a restart', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageWithUsage('Cold.', 40, 3);
    harness.anthropic.mockMessageWithUsage('Yes.', 40, 3);
    const { id } = await clientOf(harness).responses.create({ model: CLAUDE, input: 'Weather?' });

    await harness.restart();

    const { responses } = clientOf(harness);
    expect((await responses.retrieve(id)).output_text).toBe('Cold.');
    const next = await responses.create({
      model: CLAUDE,
      input: 'Sure?',
      previous_response_id: id,
    });
    expect(next.output_text).toBe('Yes.');
  });

  it('puts its items where a later request only names them', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageWithUsage('Cold.', 40, 3);
    harness.anthropic.mockMessageWithUsage('Yes.', 40, 3);
    const { responses } = clientOf(harness);
    const first = await responses.create({ model: CLAUDE, input: 'Weather?' });
    const item = { type: 'item_reference' as const, id: first.output[0]?.id ?? '' };
    const input = [
      { role: 'user' as const, content: 'Weather?' },
      item,
      { role: 'user' as const, content: 'Sure?' },
    ];

    await responses.create({ model: CLAUDE, input });

    expect(spoken(harness)).toMatchObject({
      messages: [
        { content: [{ text: 'Weather?' }] },
        { role: 'assistant', content: [{ text: 'Cold.' }] },
        { content: [{ text: 'Sure?' }] },
      ],
    });
    const other = clientOf(harness, harness.keys.admin).responses;
    await expect(other.create({ model: CLAUDE, input })).rejects.toMatchObject({
      status: 400,
      param: 'input[1].id',
    });
  });

  it('is not kept where its request names more than can be, though it is small itself', async () => {
    await using harness = await createHarness(createApp);
    harness.anthropic.mockMessageWithUsage('y'.repeat(4_500_000), 1, 1).times(2);
    harness.anthropic.mockMessageWithUsage('Fine.', 1, 1);
    const client = clientOf(harness);
    const input = [{ role: 'user' as const, content: 'Both?' }, ...(await itemsOf(client, 2))];

    const answer = await client.responses.create({ model: CLAUDE, input });

    expect(answer).toMatchObject({ store: false });
    await expect(client.responses.retrieve(answer.id)).rejects.toMatchObject({ status: 404 });
  });

  it('lists its input page by page', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageWithUsage('Ok.', 40, 3);
    const { responses } = clientOf(harness);
    const input = ['one', 'two', 'three'].map((content) => ({ role: 'user' as const, content }));
    const { id } = await responses.create({ model: CLAUDE, input });

    const texts: unknown[] = [];
    for await (const item of responses.inputItems.list(id, { limit: 2, order: 'asc' })) {
      texts.push('content' in item ? item.content : undefined);
    }

    expect(texts).toEqual(input.map(({ content }) => [{ type: 'input_text', text: content }]));
    const latest = await responses.inputItems.list(id, { limit: 1 });
    expect(latest.data).toMatchObject([{ content: [{ text: 'three' }] }]);
    expect(latest.has_more).toBe(true);
    await expect(responses.inputItems.list(id, { after: 'msg_none' })).rejects.toMatchObject({
      status: 400,
      param: 'after',
    });
  });

  it('is not streamed again, nor cancelled, which is said', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageWithUsage('Ok.', 40, 3);
    const { responses } = clientOf(harness);
    const { id } = await responses.create({ model: CLAUDE, input: 'Hi' });

    await expect(responses.retrieve(id, { stream: true })).rejects.toMatchObject({
      status: 400,
      param: 'stream',
    });
    await expect(responses.cancel(id)).rejects.toThrow('Cannot cancel a synchronous response.');
  });

  it('counts with the items that a request names, of its own key alone', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageWithUsage('Cold.', 40, 3);
    harness.anthropic.mockReply('POST', '/v1/messages/count_tokens', json({ input_tokens: 77 }));
    const { responses } = clientOf(harness);
    const { output } = await responses.create({ model: CLAUDE, input: 'Weather?' });
    const item = { type: 'item_reference' as const, id: output[0]?.id ?? '' };
    const asked = { model: CLAUDE, input: [item, { role: 'user' as const, content: 'Sure?' }] };

    expect(await responses.inputTokens.count(asked)).toMatchObject({ input_tokens: 77 });
    const other = clientOf(harness, harness.keys.admin).responses;
    await expect(other.inputTokens.count(asked)).rejects.toMatchObject({
      status: 400,
      param: 'input[0].id',
    });
  });

  it('counts what a continued request would have, with what is kept', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageWithUsage('Cold.', 40, 3);
    harness.anthropic.mockReply('POST', '/v1/messages/count_tokens', json({ input_tokens: 77 }));
    const { responses } = clientOf(harness);
    const { id } = await responses.create({ model: CLAUDE, input: 'Weather?' });

    const count = await responses.inputTokens.count({
      model: CLAUDE,
      input: 'Sure?',
      previous_response_id: id,
    });

    expect(count).toMatchObject({ object: 'response.input_tokens', input_tokens: 77 });
    expect(harness.anthropic.lastRequest().body).toMatchObject({
      messages: [{ role: 'user' }, { role: 'assistant' }, { role: 'user' }],
    });
  });
});

describe('a response of a Gemini model', () => {
  it('is kept, and gone on from', async () => {
    const answers = ['Cold.', 'Yes.'];
    await using app = await startScripted({ google: {} }, () => ({
      body: {
        candidates: [
          { content: { role: 'model', parts: [{ text: answers.shift() }] }, finishReason: 'STOP' },
        ],
        usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 2, totalTokenCount: 6 },
      },
    }));
    const { responses } = clientOf(app.harness);

    const first = await responses.create({ model: 'google/gemini-3-pro', input: 'Weather?' });
    const second = await responses.create({
      model: 'google/gemini-3-pro',
      input: 'Sure?',
      previous_response_id: first.id,
    });

    expect(second.output_text).toBe('Yes.');
    expect(app.sent.at(-1)?.body).toMatchObject({
      contents: [
        { role: 'user', parts: [{ text: 'Weather?' }] },
        { role: 'model', parts: [{ text: 'Cold.' }] },
        { role: 'user', parts: [{ text: 'Sure?' }] },
      ],
    });
  });
});

describe('thoughts that a Gemini model signed in a call', () => {
  it.each([{ stream: false }, { stream: true }])(
    'go back with its result: %j',
    async ({ stream }) => {
      const call = { functionCall: { name: 'weather', args: { city: 'Oslo' } } };
      const parts = [[{ ...call, thoughtSignature: 'c2lnbmVk' }], [{ text: 'Cold.' }]];
      await using app = await startScripted({ google: {} }, ({ url }) => {
        const body = {
          candidates: [{ content: { role: 'model', parts: parts.shift() }, finishReason: 'STOP' }],
          usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 2, totalTokenCount: 6 },
        };
        return url.includes('stream')
          ? { type: 'text/event-stream', body: `data: ${JSON.stringify(body)}\n\n` }
          : { body };
      });
      const { responses } = clientOf(app.harness);
      const asked = {
        model: 'google/gemini-3-pro',
        tools: [{ type: 'function' as const, name: 'weather', parameters: {}, strict: false }],
      };
      const first = stream
        ? await responses.stream({ ...asked, input: 'Weather?' }).finalResponse()
        : await responses.create({ ...asked, input: 'Weather?' });
      const [told] = first.output;
      const call_id = told?.type === 'function_call' ? told.call_id : '';

      const second = await responses.create({
        ...asked,
        previous_response_id: first.id,
        input: [{ type: 'function_call_output', call_id, output: '-3' }],
      });

      expect(second.output_text).toBe('Cold.');
      expect(app.sent.at(-1)?.body).toMatchObject({
        contents: [
          { role: 'user' },
          { role: 'model', parts: [{ ...call, thoughtSignature: 'c2lnbmVk' }] },
          { role: 'user', parts: [{ functionResponse: { name: 'weather' } }] },
        ],
      });
    },
  );
});

describe('a response that passes from a provider that keeps none', () => {
  const MODEL = 'groq/openai/gpt-oss-20b';
  const SPOKEN = { dialect: ['openai-chat', 'openai-responses'] };
  const whole = (text: string) => responsesResponse(text, { input: 5, output: 2 });

  it('passes byte for byte, is kept here, and gone on from', async () => {
    const answers = ['Cold.', 'Yes.'];
    await using app = await startScripted({ groq: SPOKEN }, () => ({
      body: whole(answers.shift() ?? ''),
    }));
    const { responses } = clientOf(app.harness);

    const first = await responses.create({ model: MODEL, input: 'Weather?' });
    const second = await responses.create({
      model: MODEL,
      input: 'Sure?',
      previous_response_id: first.id,
    });

    expect(app.sent[0]?.text).toBe('{"model":"openai/gpt-oss-20b","input":"Weather?"}');
    expect(second.output_text).toBe('Yes.');
    expect(app.sent[1]?.body).toMatchObject({
      store: false,
      input: [
        { content: 'Weather?' },
        { role: 'assistant', content: [{ text: 'Cold.' }] },
        { content: 'Sure?' },
      ],
    });
    expect((await responses.retrieve(first.id)).output_text).toBe('Cold.');
  });

  it('is gone on from elsewhere without the thoughts that only its provider can read', async () => {
    const thought = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' };
    const told = whole('Cold.');
    const body = { ...told, output: [thought, ...Array.from(told.output)] };
    await using app = await startScripted({ groq: SPOKEN, google: {} }, ({ url }) =>
      url.includes('gemini')
        ? {
            body: {
              candidates: [{ content: { role: 'model', parts: [{ text: 'Yes.' }] } }],
            },
          }
        : { body },
    );
    const first = await clientOf(app.harness).responses.create({ model: MODEL, input: 'Weather?' });

    const next = await post(app.harness, '/v1/responses', {
      model: 'google/gemini-3-pro',
      input: 'Sure?',
      previous_response_id: first.id,
    });

    expect(next.headers.get('x-tollgate-dropped')).toBe('previous_response_id.output.reasoning');
    expect(JSON.stringify(app.sent[1]?.body)).not.toContain('gAAA');
  });

  it('is asked to keep nothing, which some refuse', async () => {
    await using app = await startScripted({ groq: SPOKEN }, () => ({ body: whole('Ok.') }));

    await post(app.harness, '/v1/responses', { model: MODEL, input: 'Hi', store: true });

    expect(app.sent[0]?.body).toEqual({ model: 'openai/gpt-oss-20b', input: 'Hi', store: false });
  });
});
