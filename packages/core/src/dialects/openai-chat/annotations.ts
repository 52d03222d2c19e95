import type { Annotation } from '../../chat/content-part.ts';
import type { JsonObject, JsonValue } from '../../json/json-value.ts';
import { DIALECT } from './parts.ts';
import type { WireAnnotation } from './reply-wire.ts';

/** The wire counts from the beginning of all text, the hub from that of its part: `offset` apart. */
export function readAnnotation(wire: WireAnnotation, offset: number): Annotation {
  const citation = wire.url_citation;
  if (!citation) {
    // Parsed JSON, as it came: the schema only looked for what it knows.
    return { kind: 'other', raw: { dialect: DIALECT, value: wire as JsonValue } };
  }
  const { start_index: start, end_index: end, url, title } = citation;
  // The dialect insists on a place and a title: nothing stands for none.
  const isPlaced = start !== end;
  return {
    kind: 'url-citation',
    ...(isPlaced && typeof start === 'number' ? { start: Math.max(0, start - offset) } : {}),
    ...(isPlaced && typeof end === 'number' ? { end: Math.max(0, end - offset) } : {}),
    ...(typeof url === 'string' ? { url } : {}),
    ...(title ? { title } : {}),
  };
}

/** Undefined when there are no words for it here. */
export function writeAnnotation(annotation: Annotation, offset: number): JsonObject | undefined {
  if (annotation.kind === 'url-citation' && annotation.url !== undefined) {
    const start = (annotation.start ?? 0) + offset;
    return {
      type: 'url_citation',
      url_citation: {
        start_index: start,
        end_index: annotation.end === undefined ? start : annotation.end + offset,
        url: annotation.url,
        title: annotation.title ?? '',
      },
    };
  }
  const { raw } = annotation;
  if (raw?.dialect !== DIALECT || typeof raw.value !== 'object' || raw.value === null)
    return undefined;
  return Array.isArray(raw.value) ? undefined : (raw.value as JsonObject);
}
