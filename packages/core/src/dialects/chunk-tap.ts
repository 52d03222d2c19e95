import type { GatewayError } from '../chat/error.ts';
import type { Usage } from '../chat/usage.ts';
import { isJsonObject, type JsonObject } from '../json/json-value.ts';
import { parseJson } from '../json/parse-json.ts';
import type { SseEvent } from '../sse/sse-event.ts';
import { createChoiceBook } from './choice-book.ts';
import { isBraced } from './is-braced.ts';
import { decodeErrorValue, errorValueOf } from './openai-errors.ts';
import { decodeOpenAiUsage, usageField } from './openai-usage.ts';
import type { Tap, TapOptions, Verdict } from './passage.ts';
import { serviceTierOf } from './read-openai-reply.ts';
import { valueFinder } from './value-finder.ts';

const PASS: Verdict = { type: 'pass' };
const LAST: Verdict = { type: 'last' };
const DROP: Verdict = { type: 'drop' };

/**
 * One look for all of the below: most chunks hold none, and each search of its own costs a stream's
 * small events as much as this one does.
 */
const TELLS = /"(?:finish_reason|usage|error)"[\0-\x20]*:[\0-\x20]*[^n\0-\x20]/;
const finishes = valueFinder('finish_reason');
const counts = valueFinder('usage');
const fails = valueFinder('error');

/**
 * Watches a stream of completion chunks. Most events are only searched, not parsed: those between
 * the first and the ones that carry a finish, usage or an error.
 */
export function createChunkTap(options: TapOptions): Tap {
  const { provider, quirks } = options;
  // Of a choice it is searched for by its own name: the list itself stands in every chunk.
  const elsewhere = quirks.usageIn === 'choices' ? undefined : quirks.usageIn;
  const countsElsewhere = elsewhere === undefined ? undefined : valueFinder(elsewhere);
  let usage: Usage | undefined;
  let model: string | undefined;
  let serviceTier: string | undefined;
  let hasBegun = false;
  let hasFinished = false;
  const several =
    options.severalChoices === true ? createChoiceBook('choices', 'finish_reason') : undefined;

  const fail = (error: GatewayError): Verdict => ({ type: 'fail', error });
  const garbled = (): Verdict =>
    fail({
      kind: 'provider_invalid_reply',
      provider,
      detail: 'a piece of its stream is not a JSON object',
    });

  const empty = (): Verdict =>
    fail({ kind: 'provider_invalid_reply', provider, detail: 'its stream is empty' });

  const read = (body: JsonObject, event: SseEvent): Verdict => {
    const error = errorValueOf(body) ?? (event.event === 'error' ? body : undefined);
    if (error !== undefined) return fail(decodeErrorValue(error, provider));
    const named = body['model'];
    if (several !== undefined) hasFinished = several.note(body);
    if (model === undefined && typeof named === 'string' && named !== '') model = named;
    serviceTier = serviceTierOf(body).serviceTier ?? serviceTier;
    const counted = decodeOpenAiUsage(usageField(body, quirks), quirks);
    if (counted === undefined) return PASS;
    usage = counted;
    const choices = body['choices'];
    const isExtra = Array.isArray(choices) && choices.length === 0;
    return options.dropUsageChunk && isExtra ? DROP : PASS;
  };

  return {
    push(event) {
      const { data } = event;
      if (data === '[DONE]') {
        if (!hasBegun) return empty();
        hasFinished = true;
        return LAST;
      }
      if (data === '') return PASS;
      hasBegun = true;
      if (!isBraced(data)) return garbled();
      const tells = TELLS.test(data);
      if (tells && several === undefined && finishes(data)) hasFinished = true;
      const isTelling =
        several !== undefined ||
        model === undefined ||
        (tells && (counts(data) || fails(data))) ||
        event.event === 'error' ||
        countsElsewhere?.(data) === true;
      if (!isTelling) return PASS;
      const parsed = parseJson(data);
      return parsed.ok && isJsonObject(parsed.value) ? read(parsed.value, event) : garbled();
    },
    usage: () => usage,
    model: () => model,
    serviceTier: () => serviceTier,
    hasEnded: () => hasFinished,
  };
}
