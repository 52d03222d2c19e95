import type { StateOrigin } from '../../chat/provider-state.ts';
import type { PartDelta, PartStart } from '../../chat/stream-event.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import { decodeCitation } from './citations.ts';
import { argumentsOf, decodeReplyBlock } from './decode-block.ts';
import { asJson, DIALECT } from './known-fields.ts';
import { mediaTypeOf } from './media.ts';
import type { WirePayload } from './reply-wire.ts';

type WireDelta = Exclude<WirePayload['delta'], null | undefined>;

/** A block of a stream between its beginning and its stop. */
export interface OpenBlock {
  readonly part: number;
  readonly start: PartStart;
  /** Arguments that came by delta. */
  json: string;
  /** The latest wins: it is sent once, at the end, whole. */
  signature: string;
  readonly results: JsonValue[];
}

/** What begins a block: only calls, results and images have a beginning of their own. */
export function startOfBlock(start: JsonObject, origin: StateOrigin): PartStart | undefined {
  const { image } = start;
  if (isJsonObject(image)) {
    const type = mediaTypeOf(String(image['format']));
    return { type: 'media', kind: 'image', ...(type === undefined ? {} : { mediaType: type }) };
  }
  if (Object.keys(start).length === 0) return undefined;
  const { toolResult } = start;
  const block = isJsonObject(toolResult) ? { toolResult: { content: [], ...toolResult } } : start;
  const part = decodeReplyBlock(block, origin);
  if (part.type === 'tool-call') return { type: 'tool-call', id: part.id, name: part.name };
  if (part.type === 'server-tool') return part;
  return { type: 'opaque', dialect: DIALECT, raw: start };
}

/** What a delta without a beginning begins. */
export function startOfDelta(delta: WireDelta): PartStart | undefined {
  if (delta.reasoningContent != null) return { type: 'reasoning' };
  if (delta.text != null || delta.citation != null) return { type: 'text' };
  return delta.image == null ? undefined : { type: 'media', kind: 'image' };
}

/** A delta that doesn't fit its block, or isn't known, changes nothing. */
export function growBlock(
  block: OpenBlock,
  delta: WireDelta,
  origin: StateOrigin,
): readonly PartDelta[] {
  switch (block.start.type) {
    case 'text':
      return [
        ...said(delta.text),
        ...(delta.citation == null
          ? []
          : [{ type: 'annotation' as const, annotation: decodeCitation(delta.citation) }]),
      ];
    case 'reasoning': {
      const { text, signature, redactedContent: data } = delta.reasoningContent ?? {};
      block.signature = signature ?? block.signature;
      if (data == null) return said(text);
      return [...said(text), { type: 'state', state: { origin, kind: 'encrypted', data } }];
    }
    case 'media': {
      const base64 = delta.image?.source?.bytes;
      return base64 == null ? [] : [{ type: 'data', base64 }];
    }
    case 'server-tool':
      for (const result of delta.toolResult ?? []) block.results.push(asJson(result));
      return growArguments(block, delta);
    case 'tool-call':
      return growArguments(block, delta);
    default:
      return [];
  }
}

const said = (text: string | null | undefined): readonly PartDelta[] =>
  text == null || text === '' ? [] : [{ type: 'text', text }];

function growArguments(block: OpenBlock, delta: WireDelta): readonly PartDelta[] {
  const input = delta.toolUse?.input;
  const json = input == null ? '' : argumentsOf(input);
  block.json += json;
  return json === '' || block.start.type !== 'tool-call' ? [] : [{ type: 'arguments', json }];
}

/** What is told of a block only once it is whole. */
export function closeBlock(block: OpenBlock, origin: StateOrigin): readonly PartDelta[] {
  const { start, json, signature, results } = block;
  if (start.type === 'tool-call') return json === '' ? [{ type: 'arguments', json: '{}' }] : [];
  if (start.type === 'reasoning') {
    if (signature === '') return [];
    return [{ type: 'state', state: { origin, kind: 'signature', data: signature } }];
  }
  if (start.type !== 'server-tool') return [];
  const { toolUse, toolResult } = start.raw;
  if (isJsonObject(toolUse)) {
    const input = parseJson(json);
    return [{ type: 'raw', raw: { toolUse: { ...toolUse, input: input.ok ? input.value : {} } } }];
  }
  return isJsonObject(toolResult)
    ? [{ type: 'raw', raw: { toolResult: { ...toolResult, content: results } } }]
    : [];
}
