import type { MediaPart } from '../../chat/content-part.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { FOREIGN_FILE, isForeignFile } from '../is-foreign-file.ts';
import { DIALECT, fieldsOf, restIn } from './known-fields.ts';
import type { WireMedia } from './wire.ts';

/** The formats' names and their media types, the usual one first. */
const FORMATS = [
  ['png', 'image/png'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['pdf', 'application/pdf'],
  ['csv', 'text/csv'],
  ['doc', 'application/msword'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['xls', 'application/vnd.ms-excel'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['html', 'text/html'],
  ['md', 'text/markdown'],
  ['txt', 'text/plain'],
  ['mp4', 'video/mp4'],
  ['mov', 'video/quicktime'],
  ['mkv', 'video/x-matroska'],
  ['webm', 'video/webm'],
  ['three_gp', 'video/3gpp'],
  ['mp3', 'audio/mpeg'],
  ['wav', 'audio/wav'],
  ['flac', 'audio/flac'],
  ['ogg', 'audio/ogg'],
] as const;

const TYPE_OF: ReadonlyMap<string, string> = new Map(FORMATS);
const FORMAT_OF: ReadonlyMap<string, string> = new Map([
  ...FORMATS.map(([format, type]): [string, string] => [type, format]),
  ['image/jpg', 'jpeg'],
  ['text/x-markdown', 'md'],
  // As Gemini calls it, and what browsers do.
  ['audio/mp3', 'mp3'],
  ['audio/x-wav', 'wav'],
  ['audio/wave', 'wav'],
]);

const FIELDS = { image: 'image', file: 'document', video: 'video', audio: 'audio' } as const;

export const mediaTypeOf = (format: string): string | undefined => TYPE_OF.get(format);

export function decodeMedia(kind: MediaPart['kind'], wire: WireMedia): MediaPart | undefined {
  const { format, name } = wire;
  const source = decodeSource(wire);
  if (source === undefined) return undefined;
  const type = format === undefined || source.type === 'text' ? undefined : mediaTypeOf(format);
  return {
    type: 'media',
    kind,
    source,
    ...(type === undefined ? {} : { mediaType: type }),
    ...(name === undefined ? {} : { name }),
    ...restIn(wire, 'document'),
  };
}

function decodeSource({ source }: WireMedia): MediaPart['source'] | undefined {
  const { bytes, text, s3Location } = source;
  if (bytes !== undefined) return { type: 'base64', data: bytes };
  if (text !== undefined) return { type: 'text', text };
  return s3Location === undefined
    ? undefined
    : { type: 'provider-file', id: s3Location.uri, dialect: DIALECT };
}

/** A block, or why there is none. */
export function encodeMedia(part: MediaPart, number: number): JsonObject | string {
  if (isForeignFile(part.source, [DIALECT])) return FOREIGN_FILE;
  const source = encodeSource(part);
  if (source === undefined) {
    return 'media go as bytes or by an address in S3 only';
  }
  const ending = /\.(\w+)$/.exec(part.name ?? '')?.[1]?.toLowerCase();
  const byName = ending !== undefined && TYPE_OF.has(ending) ? ending : undefined;
  const format =
    part.source.type === 'text'
      ? 'txt'
      : (FORMAT_OF.get(part.mediaType ?? '') ?? byName ?? defaultFormat(part));
  if (format === undefined) return `media of type ${part.mediaType ?? 'unknown'} can not be sent`;
  return {
    [FIELDS[part.kind]]: {
      ...fieldsOf(part.rest, 'document'),
      format,
      ...(part.kind === 'file' ? { name: documentName(part.name, number) } : {}),
      source,
    },
  };
}

const defaultFormat = ({ kind, mediaType }: MediaPart): string | undefined => {
  if (mediaType !== undefined) return undefined;
  return { image: 'png', file: 'pdf', video: 'mp4', audio: 'wav' }[kind];
};

function encodeSource({ source, kind }: MediaPart): JsonObject | undefined {
  if (source.type === 'base64') return { bytes: source.data };
  if (source.type === 'text') return kind === 'file' ? { text: source.text } : undefined;
  const address = source.type === 'url' ? source.url : source.id;
  return address.startsWith('s3://') ? { s3Location: { uri: address } } : undefined;
}

/** Letters, digits, single spaces, hyphens and brackets are allowed; a name must be there. */
function documentName(name: string | undefined, number: number): string {
  const plain = (name ?? '')
    .replace(/[^A-Za-z0-9\s()[\]-]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
  return plain === '' ? `document ${number}` : plain;
}
