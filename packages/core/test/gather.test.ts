import { listRecordings } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { openAiCompletions, openAiResponses } from '../src/dialects/index.ts';
import type { JsonObject } from '../src/json/index.ts';

const responses = listRecordings()
  .filter(({ family, payloads }) => family === 'openai-responses' && payloads !== undefined)
  .map(({ provider, name, payloads = [] }) => {
    const end = payloads.findIndex((one) => /"type":\s*"response\.completed"/.test(one));
    return { name: `${provider}/${name}`, payloads: payloads.slice(0, end + 1) };
  })
  .filter(({ payloads }) => payloads.length > 0);

function gatheredFrom(
  dialect: { readonly passage: typeof openAiResponses.passage },
  payloads: readonly string[],
  body: JsonObject = {},
): string | undefined {
  const gatherer = dialect.passage.gather?.(body);
  if (gatherer === undefined) throw new Error('no gatherer');
  for (const payload of payloads) gatherer.push(payload);
  return gatherer.reply();
}

describe('a stream of Responses as a whole reply', () => {
  it.each(responses)('is the response of its last event, to the letter: $name', ({ payloads }) => {
    const last = payloads.at(-1) ?? '';

    const reply = gatheredFrom(openAiResponses, payloads) ?? '';

    expect(JSON.parse(reply)).toEqual(JSON.parse(last).response);
    expect(last).toContain(reply);
  });

  it('keeps numbers that no double can hold, and the reply that was cut at its limit', () => {
    const last =
      '{"sequence_number":9,"type":"response.incomplete","response":{"id":"r","n":12345678901234567890}}';
    expect(gatheredFrom(openAiResponses, ['{"type":"response.created"}', last, '[DONE]'])).toBe(
      '{"id":"r","n":12345678901234567890}',
    );
  });

  it('is none where it broke off, or failed', () => {
    expect(gatheredFrom(openAiResponses, ['{"type":"response.created","response":{}}'])).toBe(
      undefined,
    );
    expect(gatheredFrom(openAiResponses, ['{"type":"response.failed","response":{}}'])).toBe(
      undefined,
    );
  });

  it('is not asked for of a response in the background', () => {
    expect(openAiResponses.passage.gather?.({ background: true })).toBeUndefined();
  });
});

describe('a stream of a legacy completion as a whole reply', () => {
  const head = { id: 'cmpl-1', object: 'text_completion', created: 1, model: 'm', usage: null };
  const choice = (index: number, text: string, fields: object = {}) =>
    JSON.stringify({
      ...head,
      choices: [{ text, index, logprobs: null, finish_reason: null, ...fields }],
    });
  const logprobs = (token: string) => ({
    logprobs: { tokens: [token], token_logprobs: [-0.5], top_logprobs: null, text_offset: [0] },
  });
  const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };

  it('has each choice’s text, log probabilities and reason, and the usage of the end', () => {
    const reply = gatheredFrom(openAiCompletions, [
      choice(1, 'x', logprobs('x')),
      choice(0, 'Hel', logprobs('Hel')),
      choice(0, 'lo', { ...logprobs('lo'), finish_reason: 'stop' }),
      choice(1, 'y', { ...logprobs('y'), finish_reason: 'length' }),
      JSON.stringify({ ...head, choices: [], usage }),
      '[DONE]',
    ]);

    const merged = (...tokens: string[]) => ({
      tokens,
      token_logprobs: tokens.map(() => -0.5),
      top_logprobs: null,
      text_offset: tokens.map(() => 0),
    });
    expect(JSON.parse(reply ?? '')).toEqual({
      ...head,
      choices: [
        { text: 'Hello', index: 0, logprobs: merged('Hel', 'lo'), finish_reason: 'stop' },
        { text: 'xy', index: 1, logprobs: merged('x', 'y'), finish_reason: 'length' },
      ],
      usage,
    });
  });

  it('is not asked for where the best of several is to be shown', () => {
    expect(openAiCompletions.passage.gather?.({ best_of: 3 })).toBeUndefined();
    expect(openAiCompletions.passage.gather?.({ best_of: 3, n: 3 })).toBeDefined();
  });
});
