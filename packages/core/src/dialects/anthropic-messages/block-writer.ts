import type { ServerToolPart } from '../../chat/content-part.ts';
import type { Loss } from '../../chat/loss.ts';
import type { PartDelta, PartStart } from '../../chat/stream-event.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import { encodeCitations } from './annotation.ts';
import { thinkingBlock } from './encode-part.ts';
import { encodeTurn } from './mcp-turn.ts';
import { fitsThinking, lostLogprobs, lostState, unsaidStart } from './reply.ts';
import { DIALECT, fieldsOf } from './rest.ts';

/** Where written blocks stand: their next index, and what could not be said. */
export interface BlockSink {
  next: number;
  readonly losses: Loss[];
}

/** Writes the one part that is being written as a block. */
export interface BlockWriter {
  readonly open: readonly SseEvent[];
  write(delta: PartDelta): readonly SseEvent[];
  close(): readonly SseEvent[];
}

export const wireEvent = (type: string, fields: JsonObject): SseEvent => ({
  event: type,
  data: JSON.stringify({ type, ...fields }),
});

/** As the provider writes it: a call's arguments come by delta. */
function wholeBlock(block: JsonObject, index: number): readonly SseEvent[] {
  const { input, ...others } = block;
  const begun = input === undefined ? block : { ...others, input: {} };
  const partial_json = JSON.stringify(input);
  return [
    wireEvent('content_block_start', { index, content_block: begun }),
    ...(input === undefined
      ? []
      : [
          wireEvent('content_block_delta', {
            index,
            delta: { type: 'input_json_delta', partial_json },
          }),
        ]),
    wireEvent('content_block_stop', { index }),
  ];
}

/**
 * A block begins with the first thing that it has to say: an empty part leaves no block behind, and
 * whether thoughts are readable or encrypted shows only then.
 */
export function createBlockWriter(start: PartStart, path: string, sink: BlockSink): BlockWriter {
  let index: number | undefined;
  let raw: JsonValue | undefined = 'raw' in start ? start.raw : undefined;
  let shared = start.type === 'server-tool' ? start.shared : undefined;
  let annotations = 0;
  let hasText = false;
  let hasState = false;
  let hasLostLogprobs = false;
  sink.losses.push(...unsaidStart(start, path));

  const begin = (block: JsonObject): readonly SseEvent[] => {
    if (index !== undefined) return [];
    index = sink.next;
    sink.next += 1;
    const fields = start.type === 'opaque' ? {} : fieldsOf(start.rest, Object.keys(block));
    return [wireEvent('content_block_start', { index, content_block: { ...fields, ...block } })];
  };
  const grow = (delta: JsonObject): SseEvent =>
    wireEvent('content_block_delta', { index: index ?? 0, delta });
  const lose = (loss: Loss): readonly SseEvent[] => {
    sink.losses.push(loss);
    return [];
  };
  const say = (text: string): readonly SseEvent[] =>
    text === '' ? [] : [...begin({ type: 'text', text: '' }), grow({ type: 'text_delta', text })];

  const writeThought = (delta: PartDelta): readonly SseEvent[] => {
    if (delta.type === 'text') {
      hasText = true;
      const begun = begin({ type: 'thinking', thinking: '', signature: '' });
      if (delta.text === '') return begun;
      return [...begun, grow({ type: 'thinking_delta', thinking: delta.text })];
    }
    if (delta.type !== 'state') return [];
    if (hasState || !fitsThinking(delta.state, hasText)) return lose(lostState(path));
    hasState = true;
    if (delta.state.kind === 'encrypted') return begin(thinkingBlock(undefined, delta.state));
    return [
      ...begin({ type: 'thinking', thinking: '', signature: '' }),
      grow({ type: 'signature_delta', signature: delta.state.data }),
    ];
  };

  const writeText = (delta: PartDelta): readonly SseEvent[] => {
    switch (delta.type) {
      case 'text':
        return say(delta.text);
      case 'annotation': {
        const { citations, losses } = encodeCitations([delta.annotation], path, annotations);
        annotations += 1;
        sink.losses.push(...losses);
        return citations.flatMap((citation) => [
          ...begin({ type: 'text', text: '' }),
          grow({ type: 'citations_delta', citation }),
        ]);
      }
      case 'logprobs':
        // They come with every token: told once.
        if (hasLostLogprobs) return [];
        hasLostLogprobs = true;
        return lose(lostLogprobs(path));
      case 'state':
        return lose(lostState(path));
      default:
        return [];
    }
  };

  const write = (delta: PartDelta): readonly SseEvent[] => {
    switch (start.type) {
      case 'text':
      case 'refusal':
        return writeText(delta);
      case 'reasoning':
        return writeThought(delta);
      case 'media':
        return delta.type === 'transcript' ? say(delta.text) : [];
      case 'tool-call':
        if (delta.type === 'state') return lose(lostState(path));
        if (delta.type !== 'arguments' || delta.json === '') return [];
        return [grow({ type: 'input_json_delta', partial_json: delta.json })];
      case 'server-tool':
      case 'opaque':
        if (delta.type === 'raw') {
          raw = delta.raw;
          shared = delta.shared ?? shared;
        }
        return delta.type === 'state' ? lose(lostState(path)) : [];
    }
  };

  /** What another provider's tool did: told at its end, when it is known. */
  const writeTurn = (turn: Pick<ServerToolPart, 'id' | 'shared'>): readonly SseEvent[] =>
    encodeTurn(turn, path, sink.losses).flatMap((block) => {
      const at = sink.next;
      sink.next += 1;
      return wholeBlock(block, at);
    });

  const close = (): readonly SseEvent[] => {
    if (start.type === 'server-tool' && start.dialect !== DIALECT && shared !== undefined) {
      return writeTurn({ ...start, shared });
    }
    const own =
      'dialect' in start && start.dialect === DIALECT && isJsonObject(raw) ? raw : undefined;
    const begun = own === undefined ? [] : begin(own);
    return index === undefined ? [] : [...begun, wireEvent('content_block_stop', { index })];
  };

  const open =
    start.type === 'tool-call'
      ? begin({ type: 'tool_use', id: start.id, name: start.name, input: {} })
      : [];
  return { open, write, close };
}
