import type { ContentPart, MediaPart, ToolCallPart } from '../../chat/content-part.ts';
import { parseDataUrl } from '../data-url.ts';
import { asJsonObject, DIALECT, restIn } from './known-fields.ts';
import { ContentBlock, type WireContent } from './wire.ts';

export const decodeContent = (content: WireContent): readonly ContentPart[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content.map(decodeBlock);

/** As it stands in a provider's reply: a block that breaks its own schema is opaque. */
export function decodeReplyBlock(value: unknown): ContentPart {
  const parsed = ContentBlock.safeParse(value);
  if (parsed.success) return decodeBlock(parsed.data);
  const raw = typeof value === 'object' && value !== null ? { ...value } : {};
  return { type: 'opaque', dialect: DIALECT, raw: asJsonObject(raw) };
}

function decodeBlock(block: ContentBlock): ContentPart {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text, ...restIn(block, 'text') };
    case 'thinking':
      return { type: 'reasoning', text: block.thinking, ...restIn(block, 'thinking') };
    case 'image_url': {
      const { url, detail } = block.image_url;
      return {
        type: 'media',
        kind: 'image',
        ...imageSource(url),
        ...(detail == null ? {} : { detail }),
        ...restIn(block, 'image'),
      };
    }
    case 'document':
      return (
        textDocument(block.document) ?? {
          type: 'opaque',
          dialect: DIALECT,
          raw: asJsonObject(block),
        }
      );
    case 'unknown':
      return { type: 'opaque', dialect: DIALECT, raw: asJsonObject(block.raw) };
  }
}

function imageSource(url: string): Pick<MediaPart, 'source' | 'mediaType'> {
  const inline = parseDataUrl(url);
  if (inline === undefined) return { source: { type: 'url', url } };
  return { source: { type: 'base64', data: inline.data }, mediaType: inline.mediaType };
}

/** A document that is a text and perhaps its title; others hold fields that only this dialect knows. */
function textDocument(document: { readonly [field: string]: unknown }): MediaPart | undefined {
  const { data, ...others } = document;
  if (Object.keys(others).length > 0 || typeof data !== 'object' || data === null) return undefined;
  const { text, title, ...facts } = { text: undefined, title: undefined, ...data };
  if (typeof text !== 'string' || Object.keys(facts).length > 0) return undefined;
  if (title !== undefined && typeof title !== 'string') return undefined;
  return {
    type: 'media',
    kind: 'file',
    source: { type: 'text', text },
    ...(title === undefined ? {} : { name: title }),
  };
}

interface Call {
  readonly id?: string | null | undefined;
  readonly function?:
    | { readonly name?: string | null | undefined; readonly arguments?: unknown }
    | null
    | undefined;
}

/** The number stands in for an id that isn't there. */
export const decodeCall = (call: Call, index: number): ToolCallPart => ({
  type: 'tool-call',
  id: call.id == null || call.id === '' ? `call_${index}` : call.id,
  name: call.function?.name ?? '',
  argumentsJson: decodeArguments(call.function?.arguments),
  ...restIn({ ...call }, 'call'),
});

/** Tools without parameters are called with nothing, or with `null`. */
export function decodeArguments(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.trim() === '' || text.trim() === 'null' ? '{}' : text;
}
