import type { CacheMark, ContentPart, ToolResultPart } from '../../chat/content-part.ts';
import type { ProviderState, StateOrigin } from '../../chat/provider-state.ts';
import { decodeCitation } from './citations.ts';
import { asJsonObject, DIALECT } from './known-fields.ts';
import { decodeMedia } from './media.ts';
import { ContentBlock, type WireToolResult } from './wire.ts';

/** Blocks as parts, in order; a cache point marks the part that it stands after. */
export function decodeBlocks(
  blocks: readonly ContentBlock[],
  origin: StateOrigin,
): readonly ContentPart[] {
  const parts: ContentPart[] = [];
  for (const block of blocks) {
    const last = parts.at(-1);
    if (block.cachePoint !== undefined && last !== undefined && last.cache === undefined) {
      parts.splice(-1, 1, { ...last, cache: cacheOf(block.cachePoint) });
    } else parts.push(decodeBlock(block, origin));
  }
  return parts;
}

export const cacheOf = ({ ttl }: { readonly ttl?: string | null | undefined }): CacheMark =>
  ttl === '5m' || ttl === '1h' ? { lifetime: ttl } : {};

/** As it stands in a provider's reply: a block that breaks its own schema is opaque. */
export function decodeReplyBlock(value: unknown, origin: StateOrigin): ContentPart {
  const parsed = ContentBlock.safeParse(value);
  return parsed.success ? decodeBlock(parsed.data, origin) : opaque(value);
}

const opaque = (raw: unknown): Extract<ContentPart, { type: 'opaque' }> => ({
  type: 'opaque',
  dialect: DIALECT,
  raw: asJsonObject(raw),
});

function decodeBlock(block: ContentBlock, origin: StateOrigin): ContentPart {
  const { text, toolUse, toolResult, citationsContent: cited } = block;
  if (text !== undefined) return { type: 'text', text };
  if (toolUse !== undefined) {
    const { toolUseId: id, name, input, type } = toolUse;
    if (type != null && type !== '') return serverTool('call', { id, name, raw: block });
    return { type: 'tool-call', id, name, argumentsJson: argumentsOf(input) };
  }
  if (toolResult !== undefined) {
    const { toolUseId: id, type } = toolResult;
    if (type != null && type !== '') return serverTool('result', { id, name: type, raw: block });
    return decodeResult(toolResult);
  }
  if (cited !== undefined) {
    return {
      type: 'text',
      text: (cited.content ?? []).map((one) => one.text ?? '').join(''),
      annotations: (cited.citations ?? []).map(decodeCitation),
    };
  }
  return decodeReasoning(block, origin) ?? mediaOf(block) ?? opaque(block);
}

/** Look-alikes send the text itself, or nothing for a call without arguments. */
export const argumentsOf = (input: unknown): string =>
  typeof input === 'string' ? input : JSON.stringify(input ?? {});

export const serverTool = (
  role: 'call' | 'result',
  { id, name, raw }: { readonly id: string; readonly name: string; readonly raw: unknown },
): Extract<ContentPart, { type: 'server-tool' }> => ({
  type: 'server-tool',
  role,
  id,
  name,
  dialect: DIALECT,
  raw: asJsonObject(raw),
});

function decodeReasoning(
  { reasoningContent }: ContentBlock,
  origin: StateOrigin,
): ContentPart | undefined {
  const { reasoningText: said, redactedContent: data } = reasoningContent ?? {};
  const state = (kind: ProviderState['kind'], value: string): readonly ProviderState[] => [
    { origin, kind, data: value },
  ];
  if (data !== undefined) return { type: 'reasoning', state: state('encrypted', data) };
  if (said === undefined) return undefined;
  const { text, signature } = said;
  return {
    type: 'reasoning',
    ...(text === '' ? {} : { text }),
    ...(signature == null || signature === '' ? {} : { state: state('signature', signature) }),
  };
}

type MediaBlock = Pick<ContentBlock, 'image' | 'document' | 'video' | 'audio'>;

function mediaOf({ image, document, video, audio }: MediaBlock): ReturnType<typeof decodeMedia> {
  if (image !== undefined) return decodeMedia('image', image);
  if (document !== undefined) return decodeMedia('file', document);
  if (video !== undefined) return decodeMedia('video', video);
  return audio === undefined ? undefined : decodeMedia('audio', audio);
}

function decodeResult({ toolUseId, content, status }: WireToolResult): ToolResultPart {
  return {
    type: 'tool-result',
    callId: toolUseId,
    content: content.map((block) => {
      if (block.text !== undefined) return { type: 'text', text: block.text };
      return mediaOf(block) ?? opaque(block);
    }),
    ...(status === 'error' ? { isError: true } : {}),
    ...(status === 'success' ? { isError: false } : {}),
  };
}
