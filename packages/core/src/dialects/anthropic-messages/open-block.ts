import type { StateOrigin } from '../../chat/provider-state.ts';
import { replayPart } from '../../chat/replay.ts';
import type { PartDelta, PartStart } from '../../chat/stream-event.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import { decodeCitation } from './annotation.ts';
import { argumentsOf, decodeReplyBlock, withShared } from './decode-block.ts';
import type { WireChunk } from './wire.ts';

/** A block of a stream between its start and its stop. */
export interface OpenBlock {
  readonly type: PartStart['type'];
  /** The number of its part in the hub. */
  readonly part: number;
  /** Arguments that came with the start, for a call that gets none by delta. */
  readonly whole: string;
  /** Arguments that came by delta. */
  readonly json: string;
  /** A server tool's own object. */
  readonly raw?: JsonObject;
  /** The latest wins: it is sent once, at the end, whole. */
  readonly signature: string;
  readonly origin: StateOrigin;
}

export interface Opened {
  readonly block: OpenBlock;
  readonly start: PartStart;
  readonly deltas: readonly PartDelta[];
}

export function openBlock(value: unknown, part: number, origin: StateOrigin): Opened | undefined {
  const content = decodeReplyBlock(value, origin);
  const replayed = replayPart(content);
  if (replayed === undefined) return undefined;
  const { start, deltas } = replayed;
  const signed = content.state?.find(({ kind }) => kind === 'signature');
  return {
    start,
    // Arguments wait for the end: what comes by delta replaces them.
    deltas: deltas.filter(
      (delta) =>
        delta.type !== 'arguments' && !(delta.type === 'state' && delta.state.kind === 'signature'),
    ),
    block: {
      type: content.type === 'tool-result' ? 'opaque' : content.type,
      part,
      whole: content.type === 'tool-call' ? content.argumentsJson : '',
      json: '',
      ...(content.type === 'server-tool' ? { raw: content.raw } : {}),
      signature: signed?.data ?? '',
      origin,
    },
  };
}

type WireDelta = Exclude<WireChunk['delta'], null | undefined>;

/** A delta that doesn't fit its block, or isn't known, changes nothing. */
export function growBlock(
  block: OpenBlock,
  delta: WireDelta,
): readonly [OpenBlock, readonly PartDelta[]] {
  const text = block.type === 'reasoning' ? delta.thinking : delta.text;
  if (delta.type === 'input_json_delta') return growArguments(block, delta.partial_json);
  if (delta.type === 'signature_delta') {
    return [{ ...block, signature: delta.signature ?? block.signature }, []];
  }
  if (delta.type === 'citations_delta' && block.type === 'text') {
    return [block, [{ type: 'annotation', annotation: decodeCitation(delta.citation) }]];
  }
  const isText = delta.type === 'text_delta' && block.type === 'text';
  const isThought = delta.type === 'thinking_delta' && block.type === 'reasoning';
  if ((isText || isThought) && text != null && text !== '')
    return [block, [{ type: 'text', text }]];
  return [block, []];
}

function growArguments(
  block: OpenBlock,
  partial: unknown,
): readonly [OpenBlock, readonly PartDelta[]] {
  if (partial == null) return [block, []];
  const json = argumentsOf(partial);
  if (json === '') return [block, []];
  const grown = { ...block, json: block.json + json };
  if (block.type !== 'tool-call') return [grown, []];
  return [grown, [{ type: 'arguments', json }]];
}

/** What is told of a block only once it is whole. */
export function closeBlock(block: OpenBlock): readonly PartDelta[] {
  if (block.type === 'tool-call' && block.json === '' && block.whole !== '') {
    return [{ type: 'arguments', json: block.whole }];
  }
  if (block.type === 'reasoning' && block.signature !== '') {
    const { origin, signature } = block;
    return [{ type: 'state', state: { origin, kind: 'signature', data: signature } }];
  }
  if (block.raw !== undefined && block.json !== '') {
    const input = parseJson(block.json);
    if (input.ok && isJsonObject(input.value)) {
      const raw = { ...block.raw, input: input.value };
      return [{ type: 'raw', raw, ...withShared(raw) }];
    }
  }
  return [];
}
