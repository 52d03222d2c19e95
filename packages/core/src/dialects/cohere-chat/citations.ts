import type { Annotation } from '../../chat/content-part.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { asJsonObject, DIALECT } from './known-fields.ts';
import { WireCitation } from './reply-wire.ts';

/** Where in a message a citation stands: in one of its content's blocks, or in its plan. */
export type Cited = { readonly block: number } | 'plan';

export interface PlacedCitation {
  /** Undefined: in a place that the hub has no annotations for, or that is not known. */
  readonly at: Cited | undefined;
  readonly wire: WireCitation;
  readonly raw: JsonObject;
}

/** `firstText`: the block that is meant where none is named. */
export function placeCitation(value: unknown, firstText: number): PlacedCitation | undefined {
  const parsed = WireCitation.safeParse(value);
  if (!parsed.success) return undefined;
  const wire = parsed.data;
  return { at: placeOf(wire, firstText), wire, raw: asJsonObject(value) };
}

function placeOf(wire: WireCitation, firstText: number): Cited | undefined {
  const type = wire.type ?? 'TEXT_CONTENT';
  if (type === 'PLAN') return 'plan';
  return type === 'TEXT_CONTENT' ? { block: wire.content_index ?? firstText } : undefined;
}

const string = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** `text` is all that the part says so far. Where it stands is left out of `raw`: parts may move. */
export function decodeCitation({ wire, raw }: PlacedCitation, text: string): Annotation {
  const [source] = wire.sources ?? [];
  const document = source?.document ?? {};
  const url = string(document['url']);
  const title = string(document['title']) ?? string(source?.id);
  const citedText = string(document['snippet']);
  const { content_index: _index, type: _type, ...value } = raw;
  return {
    kind: url === undefined ? 'document-citation' : 'url-citation',
    ...rangeIn(text, wire),
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    ...(citedText === undefined ? {} : { citedText }),
    raw: { dialect: DIALECT, value },
  };
}

/** Which units the provider counts is not documented: the cited words tell. */
function rangeIn(text: string, wire: WireCitation): Pick<Annotation, 'start' | 'end'> {
  const { start, end, text: cited } = wire;
  const asTold = {
    ...(start == null ? {} : { start }),
    ...(end == null ? {} : { end }),
  };
  if (start == null || end == null || cited == null || end > text.length) return asTold;
  if (text.slice(start, end) === cited) return asTold;
  const letters = [...text];
  const before = letters.slice(0, start).join('').length;
  const within = letters.slice(start, end).join('').length;
  return text.slice(before, before + within) === cited
    ? { start: before, end: before + within }
    : asTold;
}

/** An annotation of this dialect as it came; others as a document that was cited. */
export function encodeCitation(annotation: Annotation, text: string, at: Cited): JsonObject {
  const { raw } = annotation;
  const own = raw?.dialect === DIALECT && isJsonObject(raw.value) ? raw.value : undefined;
  const place =
    at === 'plan' ? { type: 'PLAN' } : { content_index: at.block, type: 'TEXT_CONTENT' };
  return { ...(own ?? describeSource(annotation, text)), ...place };
}

function describeSource(annotation: Annotation, text: string): JsonObject {
  const { start, end, url, title, citedText } = annotation;
  const document: { readonly [field: string]: JsonValue } = {
    ...(title === undefined ? {} : { title }),
    ...(url === undefined ? {} : { url }),
    ...(citedText === undefined ? {} : { snippet: citedText }),
  };
  return {
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    // Which words rest on it may be unknown: they are left out then, since no words would be a wrong answer.
    ...(start === undefined ? {} : { text: text.slice(start, end) }),
    sources: [{ type: 'document', id: url ?? title ?? '', document }],
  };
}
