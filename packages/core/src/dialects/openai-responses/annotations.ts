import type { Annotation } from '../../chat/content-part.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { DIALECT } from './dialect-name.ts';
import type { WireAnnotation } from './reply-wire.ts';

/** Offsets count from the beginning of their part, as in the hub; the whole object is kept. */
export function readAnnotation(wire: WireAnnotation): Annotation {
  const { start_index: start, end_index: end, url } = wire;
  const title = wire.title ?? wire.filename;
  return {
    kind: kindOf(wire.type ?? ''),
    ...(typeof start === 'number' ? { start } : {}),
    ...(typeof end === 'number' ? { end } : {}),
    ...(typeof url === 'string' ? { url } : {}),
    ...(typeof title === 'string' ? { title } : {}),
    // Parsed JSON, as it came: the schema only looked for what it knows.
    raw: { dialect: DIALECT, value: wire as JsonValue },
  };
}

function kindOf(type: string): Annotation['kind'] {
  if (type === 'url_citation') return 'url-citation';
  return type.endsWith('file_citation') ? 'document-citation' : 'other';
}

/** Undefined when there are no words for it here. */
export function writeAnnotation(annotation: Annotation): JsonObject | undefined {
  const { raw, url } = annotation;
  if (raw?.dialect === DIALECT && isJsonObject(raw.value)) return raw.value;
  if (annotation.kind !== 'url-citation' || url === undefined) return undefined;
  const start = annotation.start ?? 0;
  return {
    type: 'url_citation',
    start_index: start,
    end_index: annotation.end ?? start,
    url,
    title: annotation.title ?? '',
  };
}
