import type { Annotation } from '../../chat/content-part.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { asJsonObject, DIALECT } from './known-fields.ts';

const text = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Citations have no range in the text they stand on: they cite for the whole block. */
export function decodeCitation(value: unknown): Annotation {
  const raw = asJsonObject(value);
  const { location, sourceContent } = raw;
  const web = isJsonObject(location) ? location['web'] : undefined;
  const url = isJsonObject(web) ? text(web['url']) : undefined;
  const title = text(raw['title']);
  const quotes = Array.isArray(sourceContent) ? sourceContent.filter(isJsonObject) : [];
  const citedText = quotes.map((quote) => text(quote['text']) ?? '').join('');
  return {
    kind: url === undefined ? 'document-citation' : 'url-citation',
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    ...(citedText === '' ? {} : { citedText }),
    raw: { dialect: DIALECT, value: raw },
  };
}

/** A citation of this dialect as it came; others by what is known of their source. */
export function encodeCitation({ raw, url, title, citedText }: Annotation): JsonObject {
  if (raw?.dialect === DIALECT && isJsonObject(raw.value)) return raw.value;
  return {
    ...(title === undefined ? {} : { title }),
    ...(citedText === undefined ? {} : { sourceContent: [{ text: citedText }] }),
    ...(url === undefined ? {} : { location: { web: { url } } }),
  };
}
