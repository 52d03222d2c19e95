import type { Loss } from '../../chat/loss.ts';
import type { PartDelta, PartStart } from '../../chat/stream-event.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import { encodeCitation } from './citations.ts';
import { DIALECT } from './known-fields.ts';
import { fitsReasoning, lostLogprobs, lostState, unsaidStart } from './reply.ts';

/** Where written blocks stand: their next index, and what could not be said. */
export interface BlockSink {
  next: number;
  readonly losses: Loss[];
}

/** Writes one part as a block. */
export interface BlockWriter {
  readonly open: readonly SseEvent[];
  write(delta: PartDelta): readonly SseEvent[];
  close(): readonly SseEvent[];
}

export const wireEvent = (type: string, payload: JsonObject): SseEvent => ({
  event: type,
  data: JSON.stringify(payload),
});

/**
 * Words and thoughts begin with their first delta, for nothing else tells of their beginning; an
 * empty part leaves no block behind.
 */
export function createBlockWriter(start: PartStart, path: string, sink: BlockSink): BlockWriter {
  const unsaid = unsaidStart(start, path);
  sink.losses.push(...unsaid);
  let index: number | undefined;
  let raw: JsonValue | undefined = 'raw' in start ? start.raw : undefined;
  let hasText = false;
  let hasState = false;
  let hasArguments = false;

  const number = (): number => {
    if (index === undefined) {
      index = sink.next;
      sink.next += 1;
    }
    return index;
  };
  const begin = (block: JsonObject): SseEvent =>
    wireEvent('contentBlockStart', { contentBlockIndex: number(), start: block });
  const grow = (delta: JsonObject): SseEvent =>
    wireEvent('contentBlockDelta', { contentBlockIndex: number(), delta });
  const lose = (loss: Loss): readonly SseEvent[] => {
    sink.losses.push(loss);
    return [];
  };
  const say = (text: string): readonly SseEvent[] => (text === '' ? [] : [grow({ text })]);

  const writeThought = (delta: PartDelta): readonly SseEvent[] => {
    if (delta.type === 'text') {
      hasText = true;
      return [grow({ reasoningContent: { text: delta.text } })];
    }
    if (delta.type !== 'state') return [];
    if (hasState || !fitsReasoning(delta.state, hasText)) return lose(lostState(path));
    hasState = true;
    const { kind, data } = delta.state;
    const field = kind === 'encrypted' ? 'redactedContent' : 'signature';
    return [grow({ reasoningContent: { [field]: data } })];
  };

  const writeSaid = (delta: PartDelta): readonly SseEvent[] => {
    switch (delta.type) {
      case 'text':
        return start.type === 'media' ? [] : say(delta.text);
      case 'annotation':
        return start.type === 'text' ? [grow({ citation: encodeCitation(delta.annotation) })] : [];
      case 'transcript':
        return unsaid.length > 0 ? say(delta.text) : [];
      case 'data':
        return unsaid.length > 0 ? [] : [grow({ image: { source: { bytes: delta.base64 } } })];
      case 'logprobs':
        return lose(lostLogprobs(path));
      case 'state':
        return lose(lostState(path));
      default:
        return [];
    }
  };

  const write = (delta: PartDelta): readonly SseEvent[] => {
    switch (start.type) {
      case 'reasoning':
        return writeThought(delta);
      case 'tool-call':
        if (delta.type === 'state') return lose(lostState(path));
        if (delta.type !== 'arguments' || delta.json === '') return [];
        hasArguments = true;
        return [grow({ toolUse: { input: delta.json } })];
      case 'server-tool':
      case 'opaque':
        if (delta.type === 'raw') raw = delta.raw;
        return delta.type === 'state' ? lose(lostState(path)) : [];
      default:
        return writeSaid(delta);
    }
  };

  const writeWhole = (): readonly SseEvent[] => {
    if (!('dialect' in start) || start.dialect !== DIALECT || !isJsonObject(raw)) return [];
    const { toolUse, toolResult } = raw;
    if (start.type === 'server-tool' && isJsonObject(toolUse)) {
      const { input, ...call } = toolUse;
      return [begin({ toolUse: call }), grow({ toolUse: { input: JSON.stringify(input ?? {}) } })];
    }
    if (start.type === 'server-tool' && isJsonObject(toolResult)) {
      const { content, ...result } = toolResult;
      return [
        begin({ toolResult: result }),
        ...(Array.isArray(content) ? [grow({ toolResult: content })] : []),
      ];
    }
    return [begin(raw)];
  };

  const open = (): readonly SseEvent[] => {
    if (start.type === 'tool-call') {
      return [begin({ toolUse: { toolUseId: start.id, name: start.name } })];
    }
    if (start.type !== 'media' || unsaid.length > 0) return [];
    return [begin({ image: { format: (start.mediaType ?? '').replace('image/', '') } })];
  };

  const close = (): readonly SseEvent[] => {
    const whole = writeWhole();
    const empty =
      start.type === 'tool-call' && !hasArguments ? [grow({ toolUse: { input: '{}' } })] : [];
    const stop =
      index === undefined ? [] : [wireEvent('contentBlockStop', { contentBlockIndex: index })];
    return [...whole, ...empty, ...stop];
  };

  return { open: open(), write, close };
}
