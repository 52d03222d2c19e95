import type { CacheMark, ContentPart, MediaPart } from '../../chat/content-part.ts';
import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { Rest } from '../../chat/rest.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import type { Ability } from '../../providers/ability.ts';
import type { Quirks } from '../../providers/quirks.ts';
import { parseDataUrl } from '../data-url.ts';
import { FOREIGN_FILE, isForeignFile } from '../is-foreign-file.ts';
import { cacheMark } from '../openai-fields.ts';
import { restFor, restOf } from '../rest-of.ts';
import { unsaid } from '../unsayable.ts';
import { isKnownPart, type WireContent, type WireKnownPart, type WirePart } from './wire.ts';

export const DIALECT = 'openai-chat';

const PART_FIELDS = new Set([
  'type',
  'text',
  'image_url',
  'input_audio',
  'file',
  'refusal',
  'cache_control',
]);

/** The objects that parts are made of, and what of them has a word in the hub. */
const INNER: { readonly [field: string]: ReadonlySet<string> } = {
  image_url: new Set(['url', 'detail']),
  input_audio: new Set(['data', 'format']),
  file: new Set(['file_data', 'file_id', 'filename']),
};

interface PartExtras {
  readonly cache?: CacheMark;
  readonly rest?: Rest;
}

export function decodeContent(content: WireContent | null | undefined): readonly ContentPart[] {
  if (content === null || content === undefined) return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content.map(decodePart);
}

function decodePart(part: WirePart): ContentPart {
  if (!isKnownPart(part)) {
    // Parsed JSON, as it came: the schema only looked at its `type`.
    return { type: 'opaque', dialect: DIALECT, raw: part as JsonObject };
  }
  const extras = extrasOf(part);
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text, ...extras };
    case 'refusal':
      return { type: 'refusal', text: part.refusal, ...extras };
    case 'image_url':
      return { ...imageFrom(part.image_url.url, part.image_url.detail ?? undefined), ...extras };
    case 'input_audio':
      return {
        type: 'media',
        kind: 'audio',
        source: { type: 'base64', data: part.input_audio.data },
        mediaType: AUDIO_TYPES.get(part.input_audio.format) ?? `audio/${part.input_audio.format}`,
        ...extras,
      };
    case 'file':
      return { ...fileFrom(part.file), ...extras };
  }
}

function extrasOf(part: WireKnownPart): PartExtras {
  const inner = Object.entries(INNER).map(([field, known]): [string, unknown] => {
    const value = part[field];
    return [field, isJsonObject(value) ? restOf(DIALECT, value, known)?.fields : undefined];
  });
  const fields = { ...restOf(DIALECT, part, PART_FIELDS)?.fields, ...Object.fromEntries(inner) };
  const rest = restOf(DIALECT, fields, new Set());
  const marks = part.type === 'refusal' ? undefined : part;
  const asked = marks?.cache_control ?? undefined;
  const isMarked =
    asked !== undefined || (marks?.prompt_cache_breakpoint ?? undefined) !== undefined;
  const cache = isMarked ? cacheOf(asked ?? {}) : undefined;
  return {
    ...(cache === undefined ? {} : { cache }),
    ...(rest === undefined ? {} : { rest }),
  };
}

export function cacheOf({ ttl }: { readonly ttl?: unknown }): CacheMark {
  return ttl === '5m' || ttl === '1h' ? { lifetime: ttl } : {};
}

/** Of the object that a part is made of, what only this dialect knows. */
function innerRest(part: ContentPart, field: string): JsonObject {
  const kept = part.rest?.dialect === DIALECT ? part.rest.fields[field] : undefined;
  const known = INNER[field];
  return isJsonObject(kept) && known !== undefined
    ? (restOf(DIALECT, kept, known)?.fields ?? {})
    : {};
}

/** An image as replies and requests name it: an address, or bytes within one. */
export function imageFrom(url: string, detail?: string): MediaPart {
  const inline = parseDataUrl(url);
  return {
    type: 'media',
    kind: 'image',
    source: inline === undefined ? { type: 'url', url } : { type: 'base64', data: inline.data },
    ...(inline === undefined ? {} : { mediaType: inline.mediaType }),
    ...(detail === undefined ? {} : { detail }),
  };
}

function fileFrom(file: {
  readonly file_data?: string | null | undefined;
  readonly file_id?: string | null | undefined;
  readonly filename?: string | null | undefined;
}): MediaPart {
  const name = file.filename ?? undefined;
  const named = name === undefined ? {} : { name };
  if (typeof file.file_id === 'string' && file.file_id !== '') {
    return {
      type: 'media',
      kind: 'file',
      source: { type: 'provider-file', id: file.file_id, dialect: DIALECT },
      ...named,
    };
  }
  const data = file.file_data ?? '';
  const inline = parseDataUrl(data);
  return {
    type: 'media',
    kind: 'file',
    source: { type: 'base64', data: inline === undefined ? data : inline.data },
    ...(inline === undefined ? {} : { mediaType: inline.mediaType }),
    ...named,
  };
}

const AUDIO_TYPES: ReadonlyMap<string, string> = new Map([
  ['mp3', 'audio/mpeg'],
  ['wav', 'audio/wav'],
]);
const AUDIO_FORMATS: ReadonlyMap<string, string> = new Map(
  [...AUDIO_TYPES].map(([format, type]) => [type, format]),
);

/** Where a part stands and what its losses are told to. */
export interface PartContext {
  readonly path: string;
  readonly ability: Ability;
  readonly quirks: Quirks;
  readonly lose: (loss: Loss) => void;
}

/** Parts that a system, user or tool message may hold; undefined, and told, for all others. */
export function encodePart(part: ContentPart, context: PartContext): JsonObject | undefined {
  const { path, lose } = context;
  const fields = {
    ...restFor(DIALECT, part.rest, PART_FIELDS),
    ...cacheMark(part.rest, context.quirks),
  };
  if (part.cache !== undefined && !('prompt_cache_breakpoint' in fields)) {
    lose(lost('cacheMark', `${path}.cache`, 'no cache marks here'));
  }
  switch (part.type) {
    case 'text':
      return { ...fields, type: 'text', text: part.text };
    case 'refusal':
      return { type: 'text', text: part.text };
    case 'media':
      return encodeMedia(part, context, fields);
    case 'opaque':
      if (part.dialect === DIALECT && isJsonObject(part.raw)) return part.raw;
      break;
    default:
      break;
  }
  lose(unsaid(part, path));
  return undefined;
}

type Rested = { readonly [name: string]: JsonValue };

function encodeMedia(
  part: MediaPart,
  context: PartContext,
  fields: Rested,
): JsonObject | undefined {
  const refuse = (why: string): undefined => {
    context.lose(lost(part.kind, context.path, why));
  };
  if (isForeignFile(part.source, [DIALECT, 'openai-responses'])) return refuse(FOREIGN_FILE);
  switch (part.kind) {
    case 'image':
      if (context.ability.images === false) return refuse('the model takes no images');
      return encodeImage(part, fields) ?? refuse('images go by URL or as bytes only');
    case 'audio':
      if (context.ability.audio === false) return refuse('the model takes no audio');
      return encodeAudio(part, fields) ?? refuse('audio goes as bytes only');
    case 'file':
      if (part.source.type === 'text') {
        context.lose(changed('file', context.path, 'emulated', 'a file of text is sent as text'));
        return { type: 'text', text: part.source.text };
      }
      if (context.ability.files === false) return refuse('the model takes no files');
      if (part.detail !== undefined && part.detail !== 'auto') {
        const why = 'files are read in one resolution here';
        context.lose(lost('mediaDetail', `${context.path}.detail`, why));
      }
      return encodeFile(part, fields) ?? refuse('files go as bytes or by id only');
    case 'video':
      return refuse('no video here');
  }
}

function encodeImage(part: MediaPart, fields: Rested): JsonObject | undefined {
  const { source } = part;
  const url =
    source.type === 'url'
      ? source.url
      : source.type === 'base64'
        ? `data:${part.mediaType ?? 'image/png'};base64,${source.data}`
        : undefined;
  if (url === undefined) return undefined;
  const detail = part.detail === undefined ? {} : { detail: part.detail };
  return {
    ...fields,
    type: 'image_url',
    image_url: { ...innerRest(part, 'image_url'), url, ...detail },
  };
}

function encodeAudio(part: MediaPart, fields: Rested): JsonObject | undefined {
  if (part.source.type !== 'base64') return undefined;
  const type = part.mediaType ?? 'audio/wav';
  const format = AUDIO_FORMATS.get(type) ?? type.replace(/^audio\/(x-)?/, '');
  const audio = { ...innerRest(part, 'input_audio'), data: part.source.data, format };
  return { ...fields, type: 'input_audio', input_audio: audio };
}

function encodeFile(part: MediaPart, fields: Rested): JsonObject | undefined {
  const { source } = part;
  const own = innerRest(part, 'file');
  const named = part.name === undefined ? own : { ...own, filename: part.name };
  if (source.type === 'provider-file') {
    return { ...fields, type: 'file', file: { file_id: source.id, ...named } };
  }
  if (source.type !== 'base64') return undefined;
  const data =
    part.mediaType === undefined ? source.data : `data:${part.mediaType};base64,${source.data}`;
  // Bytes without a name are refused: their type is told by its ending.
  const filename = part.name ?? (part.mediaType === 'application/pdf' ? 'file.pdf' : 'file');
  return { ...fields, type: 'file', file: { ...own, file_data: data, filename } };
}

/** One plain text goes as a string: every look-alike knows that form. */
export function contentOf(parts: readonly JsonObject[]): JsonValue {
  const [only] = parts;
  if (only === undefined) return '';
  const text = only['text'];
  return parts.length === 1 && typeof text === 'string' && Object.keys(only).length === 2
    ? text
    : parts;
}
