import * as z from 'zod';
import type { GatewayError } from '../chat/error.ts';
import { boundedMetadata } from '../directory/client-metadata.ts';
import { isJsonObject, type JsonObject } from '../json/json-value.ts';
import type { Quirks } from '../providers/quirks.ts';
import { err, ok, type Result } from '../result.ts';
import type { Edits, Envelope } from './passage.ts';
import { wireProblem } from './wire-problem.ts';

const Limit = z.int().nonnegative().nullish();

/** What is ours to check on a body of this family that passes through, whatever the endpoint. */
const WireEnvelope = z.looseObject({
  model: z.string().min(1),
  stream: z.boolean().nullish(),
  max_completion_tokens: Limit,
  max_output_tokens: Limit,
  max_tokens: Limit,
});

export type LimitField = 'max_completion_tokens' | 'max_output_tokens' | 'max_tokens';

/**
 * `limitedBy`: the fields by which this endpoint limits its output. A look-alike may know one of them
 * alone, so that of several the largest counts; any other it passes over, and so do we.
 */
export function readEnvelope(
  body: JsonObject,
  limitedBy: readonly LimitField[],
): Result<Envelope, GatewayError> {
  const parsed = WireEnvelope.safeParse(body);
  if (!parsed.success) return err(wireProblem(parsed.error));
  const { model, stream, ...limits } = parsed.data;
  const given = limitedBy.flatMap((field) => limits[field] ?? []);
  const metadata = boundedMetadata(body['metadata']);
  const { stream_options: options, service_tier: tier } = body;
  const choices = writtenChoices(body);
  return ok({
    model,
    stream: stream === true,
    ...(given.length === 0 ? {} : { maxOutputTokens: Math.max(...given) }),
    includeUsage: isJsonObject(options) && options['include_usage'] === true,
    ...(asksForSeveral(body) ? { severalChoices: true } : {}),
    ...(choices > 1 ? { choices } : {}),
    ...(typeof tier === 'string' ? { serviceTier: tier } : {}),
    ...(metadata === undefined ? {} : { metadata }),
  });
}

/** By number, or by a list of prompts, each of which is answered. */
const asksForSeveral = ({ n, prompt }: JsonObject): boolean =>
  (typeof n === 'number' && n > 1) || (Array.isArray(prompt) && prompt.length > 1);

/**
 * `best_of` are written, and billed, though fewer are shown; a prompt may also be a list of tokens.
 * Look-alikes take a number's text too.
 */
function writtenChoices({ n, best_of: best, prompt }: JsonObject): number {
  const each = Math.max(1, ...[n, best].map(Number).filter(Number.isSafeInteger));
  const isList = Array.isArray(prompt) && typeof prompt[0] !== 'number';
  return isList ? each * Math.max(1, prompt.length) : each;
}

/** Switches usage on where the client didn't; its other stream options stay. */
export function usageEdits(body: JsonObject, envelope: Envelope, quirks: Quirks): Edits {
  if (!envelope.stream || envelope.includeUsage || quirks.noStreamOptions === true) return {};
  const options = body['stream_options'];
  // Options that are no object are the provider's to refuse.
  if (options !== undefined && options !== null && !isJsonObject(options)) return {};
  return { stream_options: { ...options, include_usage: true } };
}
