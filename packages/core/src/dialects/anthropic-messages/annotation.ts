import type { Annotation } from '../../chat/content-part.ts';
import { type Loss, lost } from '../../chat/loss.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { asJson, DIALECT } from './rest.ts';

const KINDS: ReadonlyMap<string, Annotation['kind']> = new Map([
  ['web_search_result_location', 'url-citation'],
  ['char_location', 'document-citation'],
  ['page_location', 'document-citation'],
  ['content_block_location', 'document-citation'],
  ['search_result_location', 'document-citation'],
]);

const text = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** Citations have no range in the text they stand on: they cite for the whole block. */
export function decodeCitation(value: unknown): Annotation {
  const raw = asJson(value);
  const citation: JsonObject = isJsonObject(raw) ? raw : {};
  const url = text(citation['url']);
  const title = text(citation['title']) ?? text(citation['document_title']);
  const citedText = text(citation['cited_text']);
  return {
    kind: KINDS.get(text(citation['type']) ?? '') ?? 'other',
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    ...(citedText === undefined ? {} : { citedText }),
    raw: { dialect: DIALECT, value: raw },
  };
}

/** Only citations that came from this dialect: the others lack the index that it asks back. */
export function encodeCitations(
  annotations: readonly Annotation[] | undefined,
  path: string,
  first = 0,
): { readonly citations: readonly JsonValue[]; readonly losses: readonly Loss[] } {
  const citations: JsonValue[] = [];
  const losses: Loss[] = [];
  for (const [index, { raw }] of (annotations ?? []).entries()) {
    if (raw?.dialect === DIALECT) citations.push(raw.value);
    else {
      const at = `${path}.annotations[${first + index}]`;
      losses.push(lost('annotations', at, 'citations of another provider have no form here'));
    }
  }
  return { citations, losses };
}
