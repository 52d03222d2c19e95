import type { Annotation } from '../../chat/content-part.ts';
import type { Loss } from '../../chat/loss.ts';
import type { PartDelta, PartStart } from '../../chat/stream-event.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import { encodeCitation } from './citations.ts';
import { lostLogprobs, lostState, unsaidStart } from './encode-assistant.ts';
import { DIALECT, fieldsOf } from './known-fields.ts';

/** Where written parts stand: what they are counted by, and what could not be said. */
export interface Sink {
  blocks: number;
  calls: number;
  citations: number;
  readonly losses: Loss[];
}

/** Writes one part as a block of content or as a call. */
export interface PartWriter {
  readonly open: readonly SseEvent[];
  write(delta: PartDelta): readonly SseEvent[];
  close(): readonly SseEvent[];
}

export const wireEvent = (type: string, fields: JsonObject): SseEvent => ({
  event: type,
  data: JSON.stringify({ type, ...fields }),
});

export function createPartWriter(start: PartStart, path: string, sink: Sink): PartWriter {
  sink.losses.push(...unsaidStart(start, path, true));
  if (start.type === 'tool-call') return createCallWriter(start, path, sink);
  if (start.type === 'server-tool' || start.type === 'opaque') {
    return createWholeWriter(start, path, sink);
  }
  return createBlockWriter(start, path, sink);
}

function createCallWriter(
  start: Extract<PartStart, { readonly type: 'tool-call' }>,
  path: string,
  sink: Sink,
): PartWriter {
  const index = sink.calls;
  sink.calls += 1;
  let hasArguments = false;
  const event = (type: string, call: JsonObject): SseEvent =>
    wireEvent(type, { index, delta: { message: { tool_calls: call } } });
  const grow = (json: string): SseEvent =>
    event('tool-call-delta', { function: { arguments: json } });
  const { id, name, rest } = start;
  return {
    open: [
      event('tool-call-start', {
        ...fieldsOf(rest, 'call'),
        id,
        type: 'function',
        function: { name, arguments: '' },
      }),
    ],
    write(delta) {
      if (delta.type === 'state') sink.losses.push(lostState(path));
      if (delta.type !== 'arguments' || delta.json === '') return [];
      hasArguments = true;
      return [grow(delta.json)];
    },
    close: () => [...(hasArguments ? [] : [grow('{}')]), wireEvent('tool-call-end', { index })],
  };
}

type Block = Extract<PartStart, { readonly type: 'text' | 'refusal' | 'reasoning' | 'media' }>;

/** Thoughts and transcripts begin with their first word: without one there is nothing to say. */
function createBlockWriter(start: Block, path: string, sink: Sink): PartWriter {
  const isThought = start.type === 'reasoning';
  const field = isThought ? 'thinking' : 'text';
  let index: number | undefined;
  let text = '';
  const event = (type: string, content: JsonObject): SseEvent =>
    wireEvent(type, { index: index ?? 0, delta: { message: { content } } });
  const begin = (): readonly SseEvent[] => {
    if (index !== undefined) return [];
    index = sink.blocks;
    sink.blocks += 1;
    const fields = start.type === 'media' ? {} : fieldsOf(start.rest, field);
    return [event('content-start', { ...fields, type: field, [field]: '' })];
  };
  const say = (words: string): readonly SseEvent[] => {
    text += words;
    return [...begin(), ...(words === '' ? [] : [event('content-delta', { [field]: words })])];
  };
  const cite = (annotation: Annotation): readonly SseEvent[] => {
    const begun = begin();
    const citations = encodeCitation(annotation, text, { block: index ?? 0 });
    const number = sink.citations;
    sink.citations += 1;
    return [
      ...begun,
      wireEvent('citation-start', { index: number, delta: { message: { citations } } }),
      wireEvent('citation-end', { index: number }),
    ];
  };
  return {
    open: start.type === 'text' || start.type === 'refusal' ? begin() : [],
    write(delta) {
      switch (delta.type) {
        case 'text':
          return start.type === 'media' ? [] : say(delta.text);
        case 'transcript':
          return delta.text === '' ? [] : say(delta.text);
        case 'annotation':
          return start.type === 'text' ? cite(delta.annotation) : [];
        case 'state':
          sink.losses.push(lostState(path));
          return [];
        case 'logprobs':
          sink.losses.push(lostLogprobs(path));
          return [];
        default:
          return [];
      }
    },
    close: () => (index === undefined ? [] : [wireEvent('content-end', { index })]),
  };
}

/** What only this dialect knows comes whole. */
function createWholeWriter(
  start: Extract<PartStart, { readonly type: 'server-tool' | 'opaque' }>,
  path: string,
  sink: Sink,
): PartWriter {
  const isOwn = start.type === 'opaque' && start.dialect === DIALECT;
  return {
    open: [],
    write(delta) {
      if (delta.type === 'state') sink.losses.push(lostState(path));
      return [];
    },
    close() {
      if (!isOwn) return [];
      const index = sink.blocks;
      sink.blocks += 1;
      return [
        wireEvent('content-start', { index, delta: { message: { content: start.raw } } }),
        wireEvent('content-end', { index }),
      ];
    },
  };
}
