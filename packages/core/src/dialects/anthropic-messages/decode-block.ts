import type * as z from 'zod';
import type {
  CacheMark,
  ContentPart,
  MediaPart,
  ServerToolPart,
  ToolResultPart,
} from '../../chat/content-part.ts';
import type { ProviderState, StateOrigin } from '../../chat/provider-state.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { decodeCitation } from './annotation.ts';
import { KNOWN } from './known-fields.ts';
import { sharedTurn } from './mcp-turn.ts';
import { asJson, asJsonObject, DIALECT, restOf } from './rest.ts';
import { type CacheControl, ContentBlock, type Source } from './wire.ts';

type Mark = z.infer<typeof CacheControl> | null | undefined;

/** One block as a part of the hub; what isn't known becomes opaque, at its place. */
export function decodeBlock(block: ContentBlock, origin: StateOrigin): ContentPart {
  switch (block.type) {
    case 'text':
      return {
        type: 'text',
        text: block.text,
        ...(block.citations == null || block.citations.length === 0
          ? {}
          : { annotations: block.citations.map(decodeCitation) }),
        ...cacheOf(block.cache_control),
        ...restOf(block, KNOWN.text),
      };
    case 'image':
    case 'document':
      return decodeMedia(block);
    case 'thinking':
      return {
        type: 'reasoning',
        ...(block.thinking === '' ? {} : { text: block.thinking }),
        ...stateOf(origin, 'signature', block.signature),
        ...restOf(block, KNOWN.thinking),
      };
    case 'redacted_thinking':
      return {
        type: 'reasoning',
        ...stateOf(origin, 'encrypted', block.data),
        ...restOf(block, KNOWN.redacted),
      };
    case 'tool_use':
      return {
        type: 'tool-call',
        id: block.id,
        name: block.name,
        argumentsJson: argumentsOf(block.input),
        ...cacheOf(block.cache_control),
        ...restOf(block, KNOWN.call),
      };
    case 'tool_result':
      return decodeResult(block);
    case 'server_tool_use':
    case 'mcp_tool_use':
      return serverTool('call', asJsonObject(block), block.name, block.id);
    case 'unknown':
      return decodeUnknown(asJsonObject(block.raw));
  }
}

/** As `decodeBlock`, of a provider's reply: a block that breaks its own schema is opaque. */
export function decodeReplyBlock(value: unknown, origin: StateOrigin): ContentPart {
  const parsed = ContentBlock.safeParse(value);
  // A result of a client's tool can't come from a provider; if it does, it is nothing that we know.
  if (!parsed.success || parsed.data.type === 'tool_result') {
    return { type: 'opaque', dialect: DIALECT, raw: asJson(value ?? null) };
  }
  return decodeBlock(parsed.data, origin);
}

/** Look-alikes send the text itself, or null for a call without arguments. */
export function argumentsOf(input: unknown): string {
  if (typeof input === 'string') return input;
  return JSON.stringify(input ?? {});
}

const serverTool = (
  role: 'call' | 'result',
  raw: JsonObject,
  name: string,
  id: string | undefined,
): ContentPart => ({
  type: 'server-tool',
  role,
  ...(id === undefined ? {} : { id }),
  name,
  dialect: DIALECT,
  raw,
  ...withShared(raw),
});

/** Its object as it stands, and what other providers would say of it. */
export function withShared(raw: JsonObject): Pick<ServerToolPart, 'shared'> {
  const shared = sharedTurn(raw);
  return shared === undefined ? {} : { shared };
}

const RESULT_SUFFIX = '_tool_result';

function decodeUnknown(raw: JsonObject): ContentPart {
  const type = raw['type'];
  const id = raw['tool_use_id'];
  if (typeof type === 'string' && type.endsWith(RESULT_SUFFIX) && typeof id === 'string') {
    return serverTool('result', raw, type.slice(0, -RESULT_SUFFIX.length), id);
  }
  return { type: 'opaque', dialect: DIALECT, raw };
}

type MediaBlock = Extract<ContentBlock, { readonly type: 'image' | 'document' }>;

function decodeMedia(block: MediaBlock): MediaPart | Extract<ContentPart, { type: 'opaque' }> {
  const source = decodeSource(block.source);
  if (source === undefined) return { type: 'opaque', dialect: DIALECT, raw: asJson(block) };
  const mediaType = block.source.media_type;
  const title = block.type === 'document' ? block.title : undefined;
  return {
    type: 'media',
    kind: block.type === 'image' ? 'image' : 'file',
    source,
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(typeof title === 'string' ? { name: title } : {}),
    ...cacheOf(block.cache_control),
    ...restOf(block, KNOWN[block.type]),
  };
}

function decodeSource(source: Source): MediaPart['source'] | undefined {
  const { type, data, url, file_id: id } = source;
  if (type === 'base64' && data !== undefined) return { type: 'base64', data };
  if (type === 'text' && data !== undefined) return { type: 'text', text: data };
  if (type === 'url' && url !== undefined) return { type: 'url', url };
  if (type === 'file' && id !== undefined) return { type: 'provider-file', id, dialect: DIALECT };
  return undefined;
}

type ResultBlock = Extract<ContentBlock, { readonly type: 'tool_result' }>;

function decodeResult(block: ResultBlock): ToolResultPart {
  const { content } = block;
  return {
    type: 'tool-result',
    callId: block.tool_use_id,
    content:
      typeof content === 'string'
        ? [{ type: 'text', text: content }]
        : (content ?? []).map(decodeResultBlock),
    ...(typeof block.is_error === 'boolean' ? { isError: block.is_error } : {}),
    ...cacheOf(block.cache_control),
    ...restOf(block, KNOWN.result),
  };
}

type InnerBlock = Extract<ResultBlock['content'], readonly unknown[]>[number];

function decodeResultBlock(block: InnerBlock): ToolResultPart['content'][number] {
  if (block.type === 'unknown') {
    return { type: 'opaque', dialect: DIALECT, raw: asJsonObject(block.raw) };
  }
  if (block.type !== 'text') return decodeMedia(block);
  return {
    type: 'text',
    text: block.text,
    ...cacheOf(block.cache_control),
    ...restOf(block, KNOWN.resultText),
  };
}

export function cacheOf(mark: Mark): { readonly cache?: CacheMark } {
  if (mark == null) return {};
  return { cache: mark.ttl == null ? {} : { lifetime: mark.ttl } };
}

/** An empty signature is none: clients send it for thoughts that came without. */
function stateOf(
  origin: StateOrigin,
  kind: ProviderState['kind'],
  data: string | null | undefined,
): { readonly state?: readonly ProviderState[] } {
  return data == null || data === '' ? {} : { state: [{ origin, kind, data }] };
}
