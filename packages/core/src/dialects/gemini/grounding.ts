import * as z from 'zod';
import type { Annotation } from '../../chat/content-part.ts';
import type { JsonObject, JsonValue } from '../../json/json-value.ts';
import { asJson, DIALECT } from './rest.ts';

const Text = z.string().nullish().catch(undefined);
const Offset = z.int().nonnegative().nullish().catch(undefined);
const Source = z.looseObject({ uri: Text, title: Text, text: Text }).nullish().catch(undefined);

const Chunk = z.looseObject({ web: Source, maps: Source, retrievedContext: Source, image: Source });

const Grounding = z.looseObject({
  groundingChunks: z.array(Chunk).nullish().catch(undefined),
  groundingSupports: z
    .array(
      z.looseObject({
        groundingChunkIndices: z.array(z.int()).nullish().catch(undefined),
        segment: z
          .looseObject({ startIndex: Offset, endIndex: Offset, text: Text })
          .nullish()
          .catch(undefined),
      }),
    )
    .nullish()
    .catch(undefined),
});

const Citations = z.looseObject({
  citations: z.array(
    z.looseObject({ startIndex: Offset, endIndex: Offset, uri: Text, title: Text }),
  ),
});

type Range = { readonly startIndex?: unknown; readonly endIndex?: unknown };

/** What a candidate says about its sources, as annotations of its text. */
export function decodeGrounding(value: unknown, text: string): readonly Annotation[] {
  const parsed = Grounding.safeParse(value);
  if (!parsed.success) return [];
  const chunks = parsed.data.groundingChunks ?? [];
  const used = new Set<number>();
  const annotations: Annotation[] = [];
  for (const { segment, groundingChunkIndices } of parsed.data.groundingSupports ?? []) {
    for (const index of groundingChunkIndices ?? []) {
      const chunk = chunks[index];
      if (chunk === undefined) continue;
      used.add(index);
      const range = segment == null ? {} : rangeOf({ startIndex: 0, ...segment }, text);
      const cited = segment?.text;
      annotations.push({
        ...sourceOf(chunk),
        ...range,
        ...(cited == null ? {} : { citedText: cited }),
      });
    }
  }
  const unused = chunks.filter((_, index) => !used.has(index));
  return [...annotations, ...unused.map(sourceOf)];
}

function sourceOf(chunk: z.infer<typeof Chunk>): Annotation {
  const source = chunk.web ?? chunk.maps ?? chunk.image ?? chunk.retrievedContext;
  const isDocument = chunk.retrievedContext != null;
  return {
    kind: isDocument ? 'document-citation' : source?.uri == null ? 'other' : 'url-citation',
    ...(source?.uri == null ? {} : { url: source.uri }),
    ...(source?.title == null ? {} : { title: source.title }),
    raw: { dialect: DIALECT, value: asJson(chunk) },
  };
}

/** Places that the model may have recited, with their addresses. */
export function decodeCitations(value: unknown, text: string): readonly Annotation[] {
  const parsed = Citations.safeParse(value);
  if (!parsed.success) return [];
  return parsed.data.citations.map((citation) => ({
    kind: citation.uri == null ? 'other' : 'url-citation',
    ...rangeOf(citation, text),
    ...(citation.uri == null ? {} : { url: citation.uri }),
    ...(citation.title == null ? {} : { title: citation.title }),
    raw: { dialect: DIALECT, value: asJson(citation) },
  }));
}

/** Offsets count bytes of UTF-8 here, UTF-16 units in the hub. Unknown ends stay unknown. */
function rangeOf(range: Range, text: string): { readonly start?: number; readonly end?: number } {
  const { startIndex, endIndex } = range;
  return {
    ...(typeof startIndex === 'number' ? { start: unitsAt(text, startIndex) } : {}),
    ...(typeof endIndex === 'number' ? { end: unitsAt(text, endIndex) } : {}),
  };
}

function unitsAt(text: string, bytes: number): number {
  let units = 0;
  let seen = 0;
  for (const letter of text) {
    if (seen >= bytes) break;
    seen += bytesOf(letter);
    units += letter.length;
  }
  return units;
}

function bytesAt(text: string, units: number): number {
  let bytes = 0;
  for (const letter of text.slice(0, units)) bytes += bytesOf(letter);
  return bytes;
}

function bytesOf(letter: string): number {
  const code = letter.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

export interface CitedText {
  readonly text: string;
  readonly part: number;
  readonly annotation: Annotation;
}

/** Sources of other providers' texts in this dialect's words. */
export function encodeGrounding(cited: readonly CitedText[]): JsonObject {
  return {
    groundingChunks: cited.map(({ annotation: { url, title } }) => ({
      web: { uri: url ?? '', ...(title === undefined ? {} : { title }) },
    })),
    groundingSupports: cited.flatMap(({ text, part, annotation }, index): JsonValue[] => {
      const { start, end } = annotation;
      if (start === undefined || end === undefined) return [];
      const segment = {
        partIndex: part,
        startIndex: bytesAt(text, start),
        endIndex: bytesAt(text, end),
        text: text.slice(start, end),
      };
      return [{ segment, groundingChunkIndices: [index] }];
    }),
  };
}
