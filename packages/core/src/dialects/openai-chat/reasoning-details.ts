import type { ReasoningPart } from '../../chat/content-part.ts';
import type { ProviderState, StateOrigin } from '../../chat/provider-state.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { Quirks } from '../../providers/quirks.ts';
import { isSameOrigin } from '../is-same-origin.ts';
import { DIALECT } from './parts.ts';

/**
 * Thoughts as OpenRouter tells them, one object for each: their text or summary, what proves or hides
 * them, and by what they are known. All of it is wanted back as it was.
 * Source: openrouter.ai/docs/guides/best-practices/reasoning-tokens.
 */
export interface ReasoningDetail {
  readonly type?: string | null | undefined;
  readonly text?: string | null | undefined;
  readonly summary?: string | null | undefined;
  readonly [field: string]: unknown;
}

export const SUMMARY = 'reasoning.summary';
const TEXT = 'reasoning.text';

/** A part that a detail is, or grows. */
export const wordsOf = ({ text, summary }: ReasoningDetail): string => text || summary || '';

/** Which of them it is: pieces of one have this alike. */
export const detailKey = ({ type, index, id }: ReasoningDetail): string =>
  JSON.stringify([type ?? null, index ?? id ?? null]);

/** What a piece tells beside its words. */
export const besideWords = ({
  text: _text,
  summary: _summary,
  ...beside
}: ReasoningDetail): JsonObject =>
  Object.fromEntries(
    Object.entries(beside).filter(
      (field): field is [string, JsonValue] => field[1] !== null && field[1] !== undefined,
    ),
  );

/** None where nothing proves or hides it: then its words are all there is to it. */
export function detailStates(
  { signature, data, ...known }: JsonObject,
  origin: StateOrigin,
): readonly ProviderState[] {
  const proofs = [
    ...(typeof signature === 'string' && signature !== ''
      ? [{ origin, kind: 'signature' as const, data: signature }]
      : []),
    ...(typeof data === 'string' && data !== ''
      ? [{ origin, kind: 'encrypted' as const, data }]
      : []),
  ];
  if (proofs.length === 0) return [];
  return [{ origin, kind: 'item-id', data: JSON.stringify(known) }, ...proofs];
}

/** The detail that a provider made, for that provider; undefined where another did. */
export function ownDetail(
  { text, state = [] }: ReasoningPart,
  { origin, quirks }: { readonly origin: StateOrigin; readonly quirks: Quirks },
): JsonObject | undefined {
  // What came in a client's own history may be of any provider: it goes to those that take such.
  const own = state.filter(({ origin: made }) =>
    made.provider === DIALECT
      ? quirks.takesReasoningDetails === true
      : isSameOrigin(made, origin, DIALECT),
  );
  const find = (kind: ProviderState['kind']): string | undefined =>
    own.find((one) => one.kind === kind)?.data;
  const [signature, data] = [find('signature'), find('encrypted')];
  const known = parseJson(
    state.find(
      (one) => one.kind === 'item-id' && (own.includes(one) || one.origin.provider === DIALECT),
    )?.data ?? '',
  );
  if (signature === undefined && data === undefined) return undefined;
  if (!known.ok || !isJsonObject(known.value)) return undefined;
  const words = known.value['type'] === SUMMARY ? 'summary' : 'text';
  return {
    ...known.value,
    ...(text === undefined ? {} : { [words]: text }),
    ...(signature === undefined ? {} : { signature }),
    ...(data === undefined ? {} : { data }),
  };
}

/** Thoughts that nothing proves, among others that are told so. */
export const plainDetail = ({ text = '', form }: ReasoningPart): JsonObject =>
  form === 'summary' ? { type: SUMMARY, summary: text } : { type: TEXT, text };
