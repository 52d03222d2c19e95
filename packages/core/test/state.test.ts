import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChatReply,
  type ChatRequest,
  type ContentPart,
  collect,
  type Message,
  type ProviderState,
  replay,
  type StreamEvent,
} from '../src/chat/index.ts';
import { anthropicMessages, type Codec, gemini, openAiChat } from '../src/dialects/index.ts';
import {
  carrying,
  createStateSpotter,
  openRequest,
  rawStates,
  withMakers,
} from '../src/state/index.ts';
import { createReplySealer } from '../src/state/seal-reply.ts';
import { ANSWERING } from './codec-contract.ts';
import { plainSealer } from './plain-sealer.ts';

const origin = { provider: 'p', account: 'a', model: 'm' };
const stateOf = (kind: ProviderState['kind'], data: string): ProviderState => ({
  origin,
  kind,
  data,
});
const thought = (text: string, data: string): ContentPart => ({
  type: 'reasoning',
  text,
  state: [stateOf('signature', data)],
});
const call = (id: string, state: readonly ProviderState[] = []): ContentPart => ({
  type: 'tool-call',
  id,
  name: 'f',
  argumentsJson: '{}',
  ...(state.length === 0 ? {} : { state }),
});
const replyOf = (...content: ContentPart[]): ChatReply => ({
  id: 'r',
  model: 'm',
  choices: [{ content, stopReason: 'tool-calls' }],
});
const sealing = (face: Codec, made: Codec = anthropicMessages) => ({
  made: made.statePlaces,
  face,
  sealer: plainSealer(),
});
const pushAll = (events: readonly StreamEvent[], face: Codec, made?: Codec) => {
  const sealer = createReplySealer(sealing(face, made));
  return { events: events.flatMap((event) => sealer.push(event)), losses: sealer.losses() };
};
const delta = (part: number, text: string): StreamEvent => ({
  type: 'part-delta',
  choice: 0,
  part,
  delta: { type: 'arguments', json: text },
});

describe('sealing a stream', () => {
  it('holds nothing back of a call whose provider signs thoughts only', () => {
    const sealer = createReplySealer(sealing(openAiChat));
    const events = replay(replyOf(thought('t', 'sig'), call('c1')));
    const start = events.findIndex(
      (event) => event.type === 'part-start' && event.start.type === 'tool-call',
    );
    for (const event of events.slice(0, start)) sealer.push(event);

    expect(sealer.push(events[start] ?? { type: 'end' })).toMatchObject([
      { type: 'part-start', start: { id: expect.stringMatching(/^tgs1_/) } },
    ]);
    expect(sealer.push(delta(1, '{"a"'))).toEqual([delta(1, '{"a"')]);
  });

  it('holds a call whose own signature comes last until it is over, and what follows behind it', () => {
    const signed = call('c1', [stateOf('thought-signature', 'sig')]);
    const whole = replay(replyOf(signed, { type: 'text', text: 'after' }));
    const [open, , state, end] = whole.filter((event) => 'part' in event && event.part === 0);
    const after = whole.filter((event) => 'part' in event && event.part === 1);
    const mixed = [open, after[0], state, after[1], end, after[2]].filter(
      (one) => one !== undefined,
    );

    const { events } = pushAll([...mixed, { type: 'end' }], openAiChat, gemini);

    expect(events.map((event) => [event.type, 'part' in event ? event.part : undefined])).toEqual([
      ['part-start', 0],
      ['part-end', 0],
      ['part-start', 1],
      ['part-delta', 1],
      ['part-end', 1],
      ['end', undefined],
    ]);
    expect(events[0]).toMatchObject({ start: { id: expect.stringMatching(/^tgs1_/) } });
  });

  it('lets go of a held call where the stream breaks off', () => {
    const [, start] = replay(replyOf(call('c1')));
    const error: StreamEvent = { type: 'error', error: { kind: 'client_closed' } };

    const { events } = pushAll([start ?? error, delta(0, '{'), error], openAiChat, gemini);

    expect(events).toMatchObject([
      { type: 'part-start', start: { id: 'c1' } },
      { type: 'part-delta' },
      { type: 'part-end' },
      { type: 'error' },
    ]);
  });

  it('tells what no call follows, and only that', () => {
    const reply = replyOf(thought('1', 'a'), call('c1'), thought('2', 'b'), {
      type: 'text',
      text: 'done',
    });

    const { losses } = pushAll(replay(reply), openAiChat);

    expect(losses).toMatchObject([
      { feature: 'providerState', path: 'choices[0].content[2].state', weight: 'hint' },
    ]);
    expect(pushAll(replay(reply), anthropicMessages).losses).toEqual([]);
  });

  it('keeps the choices of a reply apart', () => {
    const one = { content: [thought('1', 'a'), call('c1')], stopReason: 'tool-calls' as const };
    const two = { content: [call('c2')], stopReason: 'tool-calls' as const };

    const { events } = pushAll(replay({ id: 'r', model: 'm', choices: [one, two] }), openAiChat);

    const ids = events.flatMap((event) =>
      event.type === 'part-start' && event.start.type === 'tool-call' ? [event.start.id] : [],
    );
    expect(ids).toEqual([expect.stringMatching(/^tgs1_/), 'c2']);
  });

  it('leaves a reply without state as it is, for every face', () => {
    const reply = replyOf({ type: 'text', text: 'hi' }, call('c1'), call('c2'));
    for (const face of [openAiChat, anthropicMessages, gemini]) {
      expect(pushAll(replay(reply), face).events).toEqual(replay(reply));
    }
  });
});

const historyOf = (messages: readonly Message[]): ChatRequest => ({
  model: 'm',
  messages,
  stream: false,
});

/** What a Chat client keeps of a reply, as the hub reads it. */
function kept(reply: ChatReply, sealer = plainSealer()): readonly ContentPart[] {
  const face = carrying(openAiChat, anthropicMessages.statePlaces, sealer);
  const { value } = face.encodeReply(reply, ANSWERING);
  const { message } = JSON.parse(JSON.stringify(value)).choices[0];
  const decoded = openAiChat.decodeRequest({ model: 'm', messages: [message] });
  return decoded.ok ? (decoded.value.request.messages[0]?.content ?? []) : [];
}

describe('opening a request', () => {
  const REPLY = replyOf(thought('1', 'a'), { type: 'text', text: 'I look.' }, call('c1'));

  it('touches nothing of a history without tokens', () => {
    const request = historyOf([{ role: 'assistant', content: REPLY.choices[0]?.content ?? [] }]);

    expect(openRequest(request, plainSealer())).toEqual({
      request,
      losses: [],
      hadSealed: false,
    });
    expect(openRequest(request, plainSealer()).request).toBe(request);
  });

  it('puts back the thoughts once, however the client shows them', () => {
    const content = kept(REPLY);
    const silent = content.filter(({ type }) => type !== 'reasoning');
    const wrong = content.map(
      (part): ContentPart =>
        part.type === 'reasoning' ? { type: 'reasoning', text: 'something else' } : part,
    );

    expect(content).toHaveLength(3);
    for (const told of [content, silent, wrong]) {
      const opened = openRequest(historyOf([{ role: 'assistant', content: told }]), plainSealer());
      expect(opened.request.messages[0]?.content).toEqual(REPLY.choices[0]?.content);
    }
  });

  it('gives equal tokens that open nothing ids of their own, which their results follow', () => {
    const token = 'tgs1_iAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    const turn: readonly Message[] = [
      { role: 'assistant', content: [call(token)] },
      { role: 'tool', content: [{ type: 'tool-result', callId: token, content: [] }] },
    ];

    const { request, losses } = openRequest(historyOf([...turn, ...turn]), plainSealer());

    const ids = request.messages.flatMap(({ content }) =>
      content.map((part) =>
        part.type === 'tool-call' ? part.id : 'callId' in part && part.callId,
      ),
    );
    expect(ids[1]).toBe(ids[0]);
    expect(ids[3]).toBe(ids[2]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(losses).toHaveLength(2);
  });

  it('loses the state of thoughts whose text was rewritten, and keeps the text', () => {
    const sealer = plainSealer();
    const face = carrying(anthropicMessages, anthropicMessages.statePlaces, sealer);
    const { value } = face.encodeReply(REPLY, ANSWERING);
    const text = JSON.stringify({
      model: 'm',
      max_tokens: 9,
      messages: [{ role: 'assistant', content: value['content'] }],
    });
    const decoded = anthropicMessages.decodeRequest(JSON.parse(text.replace('"1"', '"2"')));
    if (!decoded.ok) throw new Error('not decoded');

    const { request, losses } = openRequest(decoded.value.request, sealer);

    expect(request.messages[0]?.content[0]).toEqual({ type: 'reasoning', text: '2' });
    expect(losses).toMatchObject([{ path: 'messages[0].content[0].state', weight: 'hint' }]);
  });

  it('never throws, whatever stands in a history', () => {
    const sealer = plainSealer();
    const token = fc.oneof(
      fc.string().map((text) => `tgs1_${text}`),
      fc.json().map((payload) => sealer.seal(payload, { beside: '' }) ?? ''),
      fc
        .constant(kept(REPLY))
        .map(
          (parts) => parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []))[0] ?? '',
        ),
      fc.string(),
    );
    const states = fc.array(
      token.map((data): ProviderState => ({ origin: { provider: 'x' }, kind: 'signature', data })),
      { minLength: 1, maxLength: 2 },
    );
    const part: fc.Arbitrary<ContentPart> = fc.oneof(
      fc.tuple(token, fc.option(states, { nil: undefined })).map(([id, state]) => call(id, state)),
      fc.string().map((text): ContentPart => ({ type: 'text', text })),
      fc
        .tuple(fc.string(), states)
        .map(([text, state]): ContentPart => ({ type: 'reasoning', text, state })),
      fc.string().map((text): ContentPart => ({ type: 'reasoning', text })),
      token.map((callId): ContentPart => ({ type: 'tool-result', callId, content: [] })),
    );
    const message = fc.record({
      role: fc.constantFrom('assistant' as const, 'user' as const, 'tool' as const),
      content: fc.array(part, { maxLength: 5 }),
    });

    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
        const { request } = openRequest(historyOf(messages), sealer);
        const calls = (list: readonly Message[]): number =>
          list.flatMap(({ content }) => content).filter(({ type }) => type === 'tool-call').length;
        expect(calls(request.messages)).toBe(calls(messages));
        expect(
          JSON.stringify(
            request.messages.map(({ content }) =>
              content.map((one) => ('id' in one ? one.id : one.state)),
            ),
          ),
        ).not.toContain('"tgs1_i');
      }),
      { numRuns: 300 },
    );
  });

  it('takes a whole reply through its stream unchanged', () => {
    expect(collect(replay(REPLY))).toMatchObject({ ok: true, value: REPLY });
  });
});

describe('state that passes', () => {
  const SIGNATURE = 'a+signature+of+some+length';
  const body = {
    content: [{ type: 'thinking', signature: SIGNATURE }, { source: { data: 'short' } }],
  };

  it('is found in bodies and payloads by the fields of its dialect', () => {
    const spot = createStateSpotter(anthropicMessages.statePlaces);

    expect(rawStates(body, anthropicMessages.statePlaces)).toEqual([SIGNATURE]);
    expect(rawStates(body, gemini.statePlaces)).toEqual([]);
    expect(spot(`{"delta":{"signature":"${SIGNATURE}"}}`)).toEqual([SIGNATURE]);
    expect(spot('{"delta":{"text":"signature"}}')).toEqual([]);
    expect(spot('{"signature": broken')).toEqual([]);
  });

  it('is given its maker where one is known, and none where it says so itself', () => {
    const raw: ProviderState = {
      origin: { provider: 'anthropic-messages' },
      kind: 'signature',
      data: SIGNATURE,
    };
    const part: ContentPart = { type: 'reasoning', state: [raw, stateOf('signature', SIGNATURE)] };
    const request = historyOf([{ role: 'assistant', content: [part] }]);
    const maker = { provider: 'q', account: 'b' };

    const states = withMakers(request, () => maker).messages[0]?.content[0]?.state;
    expect(states?.map((one) => one.origin)).toEqual([maker, origin]);
    expect(withMakers(request, () => undefined)).toEqual(request);
  });
});
