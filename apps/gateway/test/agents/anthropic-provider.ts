import { eventStream, json, messageEvents, messageResponse, namedEvents } from '@tollgate/testkit';
import { fieldsOf } from '../support/chat-face.ts';
import { type Provider, type ScriptedTurn, TURNS } from './conversation.ts';
import { byWish, listIn } from './wire.ts';

/** Thinks aloud, and signs what it thought. */
export const anthropicProvider: Provider = {
  name: 'an Anthropic provider',
  model: 'anthropic/claude-opus-4-5',
  script: ({ harness }, turns) => {
    for (const [at, turn] of turns.entries()) {
      const message = messageOf(turn, at);
      const events = namedEvents(messageEvents(message));
      harness.anthropic.mockMessage(byWish(json(message), eventStream(events)));
    }
  },
  sent: ({ harness }) =>
    harness.anthropic.receivedRequests('POST /v1/messages').map(({ body }) => fieldsOf(body)),
  exchanges: (body) => {
    const blocks = listIn(body, 'messages').flatMap((message) => listIn(message, 'content'));
    return blocks
      .filter(({ type }) => type === 'tool_use')
      .map((call) => {
        const result = blocks.find(({ tool_use_id: id }) => id === call['id']);
        if (result === undefined) throw new Error(`no result of ${String(call['id'])}`);
        return {
          name: String(call['name']),
          input: call['input'],
          result: textOf(result['content']),
        };
      });
  },
  states: (body) =>
    listIn(body, 'messages')
      .flatMap((message) => listIn(message, 'content'))
      .filter(({ type }) => type === 'thinking')
      .flatMap(({ thinking, signature }) => [thinking, signature]),
  toldState: (turn) => [TURNS[turn]?.thought ?? '', signatureOf(turn)],
};

const signatureOf = (at: number): string => `c2lnbmF0dXJl+/${at}==`;

function messageOf({ thought, text, calls, usage }: ScriptedTurn, at: number) {
  const content = [
    ...(thought === undefined
      ? []
      : [{ type: 'thinking' as const, thinking: thought, signature: signatureOf(at) }]),
    ...(text === undefined ? [] : [{ type: 'text' as const, text }]),
    ...calls.map(({ id, name, input }) => ({
      type: 'tool_use' as const,
      id: id.replace('call_', 'toolu_'),
      name,
      input,
    })),
  ];
  return {
    ...messageResponse('', usage),
    id: `msg_${at}`,
    content,
    stop_reason: calls.length > 0 ? 'tool_use' : 'end_turn',
  };
}

const textOf = (content: unknown): string =>
  Array.isArray(content)
    ? content.map((block) => fieldsOf(block)['text']).join('')
    : String(content);
