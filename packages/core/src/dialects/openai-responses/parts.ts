import type { ContentPart, MediaPart, MediaSource } from '../../chat/content-part.ts';
import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { Rest } from '../../chat/rest.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import type { Ability } from '../../providers/ability.ts';
import type { Quirks } from '../../providers/quirks.ts';
import { dataUrl, parseDataUrl } from '../data-url.ts';
import { FOREIGN_FILE, isForeignFile } from '../is-foreign-file.ts';
import { cacheMark } from '../openai-fields.ts';
import { restFor, restOf } from '../rest-of.ts';
import { unsaid } from '../unsayable.ts';
import { readAnnotation } from './annotations.ts';
import { DIALECT } from './dialect-name.ts';
import { isKnownPart, type WireContent, type WireKnownPart, type WirePart } from './wire.ts';

/** `item` is where we keep the fields of the message that a part stands in. */
const PART_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'text',
  'refusal',
  'annotations',
  'logprobs',
  'image_url',
  'file_id',
  'file_url',
  'file_data',
  'filename',
  'detail',
  'input_audio',
  'item',
]);

export function decodeContent(content: WireContent, item?: JsonObject): readonly ContentPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content, ...kept(item) }];
  return content.map((part) => decodePart(part, item));
}

const kept = (fields: JsonObject | undefined): { readonly rest?: Rest } =>
  fields === undefined || Object.keys(fields).length === 0
    ? {}
    : { rest: { dialect: DIALECT, fields } };

function decodePart(part: WirePart, item: JsonObject | undefined): ContentPart {
  if (!isKnownPart(part)) {
    // Parsed JSON, as it came. Its place in a message is told by the message's fields.
    const rest = { dialect: DIALECT, fields: { item: item ?? {} } };
    return { type: 'opaque', dialect: DIALECT, raw: part as JsonObject, rest };
  }
  const extras = {
    ...('prompt_cache_breakpoint' in part && part.prompt_cache_breakpoint ? { cache: {} } : {}),
    ...kept({
      ...restOf(DIALECT, part, PART_FIELDS)?.fields,
      ...(item === undefined ? {} : { item }),
    }),
  };
  switch (part.type) {
    case 'input_text':
      return { type: 'text', text: part.text, ...extras };
    case 'output_text': {
      const annotations = (part.annotations ?? []).map(readAnnotation);
      const cited = annotations.length === 0 ? {} : { annotations };
      return { type: 'text', text: part.text, ...cited, ...extras };
    }
    case 'refusal':
      return { type: 'refusal', text: part.refusal, ...extras };
    default:
      return { ...mediaOf(part), ...extras };
  }
}

type WireMedia = Extract<
  WireKnownPart,
  { readonly type: 'input_image' | 'input_file' | 'input_audio' }
>;

function mediaOf(part: WireMedia): MediaPart {
  switch (part.type) {
    case 'input_image':
      return {
        type: 'media',
        kind: 'image',
        ...sourceOf({ id: part.file_id, url: part.image_url }),
        ...(part.detail && part.detail !== 'auto' ? { detail: part.detail } : {}),
      };
    case 'input_file':
      return {
        type: 'media',
        kind: 'file',
        ...sourceOf({ id: part.file_id, url: part.file_url, data: part.file_data }),
        ...(part.filename ? { name: part.filename } : {}),
        ...(typeof part['detail'] === 'string' ? { detail: part['detail'] } : {}),
      };
    case 'input_audio': {
      const { data, format } = part.input_audio;
      const mediaType = format === 'mp3' ? 'audio/mpeg' : `audio/${format}`;
      return { type: 'media', kind: 'audio', source: { type: 'base64', data }, mediaType };
    }
  }
}

interface Given {
  readonly id?: string | null | undefined;
  readonly url?: string | null | undefined;
  readonly data?: string | null | undefined;
}

function sourceOf({ id, url, data }: Given): {
  readonly source: MediaSource;
  readonly mediaType?: string;
} {
  if (id) return { source: { type: 'provider-file', id, dialect: DIALECT } };
  const inline = parseDataUrl(data || url || '');
  if (inline !== undefined) {
    return { source: { type: 'base64', data: inline.data }, mediaType: inline.mediaType };
  }
  return data ? { source: { type: 'base64', data } } : { source: { type: 'url', url: url ?? '' } };
}

/** Where a part stands and what its losses are told to. */
export interface PartContext {
  readonly path: string;
  readonly ability: Ability;
  readonly quirks: Quirks;
  readonly lose: (loss: Loss) => void;
}

/** Parts that a message of anyone but the model may hold; undefined, and told, for all others. */
export function encodePart(part: ContentPart, context: PartContext): JsonObject | undefined {
  const { path, lose } = context;
  const fields = {
    ...restFor(DIALECT, part.rest, PART_FIELDS),
    ...cacheMark(part.rest, context.quirks),
  };
  if (part.cache !== undefined && !('prompt_cache_breakpoint' in fields)) {
    const why = 'not every model here knows cache marks';
    lose(lost('cacheMark', `${path}.cache`, why));
  }
  switch (part.type) {
    case 'text':
      return { ...fields, type: 'input_text', text: part.text };
    case 'refusal':
      return { type: 'input_text', text: part.text };
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

function encodeMedia(
  part: MediaPart,
  { path, ability, lose }: PartContext,
  fields: JsonObject,
): JsonObject | undefined {
  const refuse = (why: string): undefined => {
    lose(lost(part.kind, path, why));
  };
  if (isForeignFile(part.source, [DIALECT, 'openai-chat'])) return refuse(FOREIGN_FILE);
  switch (part.kind) {
    case 'image':
      if (ability.images === false) return refuse('the model takes no images');
      return encodeImage(part, fields) ?? refuse('images go by URL, as bytes or by id only');
    case 'file':
      if (part.source.type === 'text') {
        lose(changed('file', path, 'emulated', 'a file of text is sent as text'));
        return { type: 'input_text', text: part.source.text };
      }
      if (ability.files === false) return refuse('the model takes no files');
      return encodeFile(part, fields);
    default:
      return refuse(`no ${part.kind} here`);
  }
}

function encodeImage(part: MediaPart, fields: JsonObject): JsonObject | undefined {
  const { source, mediaType } = part;
  const head = { ...fields, type: 'input_image', detail: part.detail ?? 'auto' };
  switch (source.type) {
    case 'url':
      return { ...head, image_url: source.url };
    case 'base64':
      return {
        ...head,
        image_url: dataUrl({ mediaType: mediaType ?? 'image/png', data: source.data }),
      };
    case 'provider-file':
      return { ...head, file_id: source.id };
    case 'text':
      return undefined;
  }
}

function encodeFile(part: MediaPart, fields: JsonObject): JsonObject | undefined {
  const { source, mediaType } = part;
  const head = {
    ...fields,
    type: 'input_file',
    ...(part.detail === undefined ? {} : { detail: part.detail }),
  };
  const named = part.name === undefined ? {} : { filename: part.name };
  switch (source.type) {
    case 'url':
      return { ...head, file_url: source.url, ...named };
    case 'provider-file':
      return { ...head, file_id: source.id, ...named };
    case 'base64': {
      // Bytes without a name are refused: their type is told by its ending.
      const filename = part.name ?? (mediaType === 'application/pdf' ? 'file.pdf' : 'file');
      const { data } = source;
      const file = mediaType === undefined ? data : dataUrl({ mediaType, data });
      return { ...head, file_data: file, filename };
    }
    case 'text':
      return undefined;
  }
}

/** One plain text goes as a string: every look-alike knows that form. */
export function contentOf(parts: readonly JsonObject[]): string | readonly JsonObject[] {
  const [only] = parts;
  if (only === undefined) return '';
  const text = only['text'];
  const isPlain =
    parts.length === 1 && only['type'] === 'input_text' && Object.keys(only).length === 2;
  return isPlain && typeof text === 'string' ? text : parts;
}
