import type { MediaPart, MediaSource } from '../../chat/content-part.ts';
import { DIALECT } from './rest.ts';

/** Bytes or a file of this wire, which knows a media type and nothing else. */
export function mediaOf(media: {
  readonly mimeType?: string | null | undefined;
  readonly displayName?: string | null | undefined;
  readonly source: MediaSource;
}): MediaPart {
  const type = media.mimeType ?? undefined;
  return {
    type: 'media',
    kind: kindOf(type ?? ''),
    source: media.source,
    ...(type === undefined ? {} : { mediaType: type }),
    ...(media.displayName == null ? {} : { name: media.displayName }),
  };
}

/** Files that the provider keeps have an address of its own; all others are addresses of the web. */
export const fileSource = (uri: string): MediaSource =>
  /^gs:\/\/|^https:\/\/generativelanguage\.googleapis\.com\/|^files\//.test(uri)
    ? { type: 'provider-file', id: uri, dialect: DIALECT }
    : { type: 'url', url: uri };

function kindOf(mimeType: string): MediaPart['kind'] {
  if (mimeType.startsWith('image/')) return 'image';
  if (mimeType.startsWith('audio/')) return 'audio';
  return mimeType.startsWith('video/') ? 'video' : 'file';
}

const TYPES: { readonly [ending: string]: string } = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  heic: 'image/heic',
  pdf: 'application/pdf',
  txt: 'text/plain',
  wav: 'audio/wav',
  mp3: 'audio/mp3',
  mp4: 'video/mp4',
};

/** The first bytes of formats, in base64, for bytes that came without a type. */
const MAGIC = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
  ['JVBERi0', 'application/pdf'],
] as const;

const FALLBACK = {
  image: 'image/png',
  audio: 'audio/wav',
  video: 'video/mp4',
  file: 'application/pdf',
} as const satisfies Record<MediaPart['kind'], string>;

/** The type that bytes must have here; of an address only what its ending tells. */
export function mediaTypeOf({ kind, source, mediaType }: MediaPart): string | undefined {
  if (mediaType !== undefined) return mediaType;
  if (source.type === 'base64') {
    const magic = kind === 'audio' ? undefined : MAGIC.find(([m]) => source.data.startsWith(m));
    return magic?.[1] ?? FALLBACK[kind];
  }
  const address = source.type === 'url' ? source.url : '';
  const ending = /\.(\w{2,4})(?:[?#].*)?$/.exec(address)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined;
}
