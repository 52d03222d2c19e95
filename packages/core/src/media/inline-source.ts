import type { MediaPart, MediaSource } from '../chat/content-part.ts';
import { err, ok, type Result } from '../result.ts';

export type InlineMedia = Pick<MediaPart, 'source' | 'mediaType'>;

/**
 * Padding or none, the URL's alphabet or the usual one, and lines as mail breaks them. No letter could
 * be matched in two ways, so that what is none is refused in linear time.
 */
const BASE64 = /^[A-Za-z0-9+/_\-\r\n]+(?:={1,2}[\r\n]*)?$/;

/**
 * Bytes in the one form that every provider reads: the usual alphabet in one line. Text that has it
 * is kept as it came. The error says what is wrong.
 */
export function inlineSource(data: string): Result<MediaSource, string> {
  if (!BASE64.test(data)) return err(data === '' ? 'is empty' : 'is not valid base64');
  const isUsual = !/[_\-\r\n]/.test(data);
  const usual = isUsual
    ? data
    : data
        .replace(/[\r\n]/g, '')
        .replaceAll('-', '+')
        .replaceAll('_', '/');
  const digits = usual.replace(/=+$/, '').length;
  if (digits % 4 === 1) return err('is not valid base64');
  return ok({ type: 'base64', data: usual.padEnd(Math.ceil(digits / 4) * 4, '=') });
}

/** A `data:` URL (RFC 2397) by what it holds: bytes, or text that is written out. */
export function readDataUrl(url: string): Result<InlineMedia, string> {
  const comma = url.indexOf(',');
  if (comma === -1) return err('is a data URL without data');
  const [mediaType = '', ...parameters] = url.slice('data:'.length, comma).split(';');
  const typed = mediaType === '' ? {} : { mediaType: mediaType.toLowerCase() };
  const data = url.slice(comma + 1);
  if (parameters.some((parameter) => parameter.trim().toLowerCase() === 'base64')) {
    const source = inlineSource(data);
    return source.ok ? ok({ source: source.value, ...typed }) : source;
  }
  if (mediaType !== '' && !mediaType.startsWith('text/')) {
    return err('is a data URL whose data is not base64');
  }
  try {
    return ok({ source: { type: 'text', text: decodeURIComponent(data) }, ...typed });
  } catch {
    return err('is a data URL that is not valid percent-encoding');
  }
}
