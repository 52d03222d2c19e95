import * as z from 'zod';
import type { Usage } from '../chat/usage.ts';
import { inputTokens, outputTokens } from '../chat/usage.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts';
import type { Quirks } from '../providers/quirks.ts';
import { fitsShape, type Shape } from './fits-shape.ts';

/** Anything but a whole, non-negative number is no count. */
const Count = z.int().nonnegative().nullish().catch(undefined);

const PromptDetails = z
  .looseObject({
    cached_tokens: Count,
    cache_write_tokens: Count,
    cache_creation_input_tokens: Count,
    audio_tokens: Count,
    image_tokens: Count,
  })
  .nullish()
  .catch(undefined);

const CompletionDetails = z
  .looseObject({
    reasoning_tokens: Count,
    audio_tokens: Count,
    image_tokens: Count,
    accepted_prediction_tokens: Count,
    rejected_prediction_tokens: Count,
  })
  .nullish()
  .catch(undefined);

/** `usage` of Chat Completions, text completions and embeddings, look-alikes' fields included. */
const WireUsage = z.looseObject({
  prompt_tokens: Count,
  completion_tokens: Count,
  prompt_tokens_details: PromptDetails,
  prompt_token_details: PromptDetails,
  completion_tokens_details: CompletionDetails,
  prompt_cache_hit_tokens: Count,
  cached_tokens: Count,
  num_cached_tokens: Count,
  reasoning_tokens: Count,
});

const PROMPT: Shape = {
  cached_tokens: 'count',
  cache_write_tokens: 'count',
  cache_creation_input_tokens: 'count',
  audio_tokens: 'count',
  image_tokens: 'count',
};
const USAGE: Shape = {
  prompt_tokens: 'count',
  completion_tokens: 'count',
  prompt_tokens_details: PROMPT,
  prompt_token_details: PROMPT,
  completion_tokens_details: {
    reasoning_tokens: 'count',
    audio_tokens: 'count',
    image_tokens: 'count',
    accepted_prediction_tokens: 'count',
    rejected_prediction_tokens: 'count',
  },
  prompt_cache_hit_tokens: 'count',
  cached_tokens: 'count',
  num_cached_tokens: 'count',
  reasoning_tokens: 'count',
};

/** True where the schema has nothing to mend, as nearly always. */
const isPlainUsage = (value: unknown): value is z.infer<typeof WireUsage> =>
  fitsShape(value, USAGE);

type Known = number | null | undefined;

/** Hands out parts of a total, so that classes never add up to more than it. */
function divide(total: number): { take(wanted: Known): number | undefined; rest(): number } {
  let left = total;
  return {
    take(wanted) {
      if (wanted === undefined || wanted === null) return undefined;
      const taken = Math.min(wanted, left);
      left -= taken;
      return taken;
    },
    rest: () => left,
  };
}

/** Undefined when this is no usage, or names no count. Input includes cached; output reasoning. */
export function decodeOpenAiUsage(value: unknown, quirks: Quirks): Usage | undefined {
  // Most chunks have none, and a schema's refusal costs more than all the rest of a chunk.
  if (!isJsonObject(value)) return undefined;
  const wire = isPlainUsage(value) ? value : WireUsage.safeParse(value).data;
  if (wire === undefined) return undefined;
  if (typeof wire.prompt_tokens !== 'number' && typeof wire.completion_tokens !== 'number') {
    return undefined;
  }
  return { input: inputOf(wire), output: outputOf(wire, quirks), provenance: 'provider' };
}

function inputOf(wire: z.infer<typeof WireUsage>): Usage['input'] {
  if (typeof wire.prompt_tokens !== 'number') return {};
  const details = wire.prompt_tokens_details ?? wire.prompt_token_details;
  const cached =
    details?.cached_tokens ??
    wire.prompt_cache_hit_tokens ??
    wire.cached_tokens ??
    wire.num_cached_tokens ??
    undefined;
  // More from the cache than input can only mean that the input was counted without it.
  const beside = cached !== undefined && cached > wire.prompt_tokens ? cached : 0;
  const parts = divide(wire.prompt_tokens + beside);
  const cacheRead = parts.take(cached);
  const cacheWrite5m = parts.take(
    details?.cache_write_tokens ?? details?.cache_creation_input_tokens,
  );
  const audio = parts.take(details?.audio_tokens);
  const image = parts.take(details?.image_tokens);
  return {
    uncached: parts.rest(),
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite5m === undefined ? {} : { cacheWrite5m }),
    ...(audio === undefined ? {} : { audio }),
    ...(image === undefined ? {} : { image }),
  };
}

function outputOf(wire: z.infer<typeof WireUsage>, quirks: Quirks): Usage['output'] {
  if (typeof wire.completion_tokens !== 'number') return {};
  const details = wire.completion_tokens_details;
  const thought = details?.reasoning_tokens ?? wire.reasoning_tokens ?? undefined;
  // More reasoning than output can only mean that the output was counted without it.
  const excluded =
    thought !== undefined &&
    (quirks.completionExcludesReasoning === true || thought > wire.completion_tokens);
  const parts = divide(wire.completion_tokens + (excluded ? thought : 0));
  const reasoning = parts.take(thought);
  const audio = parts.take(details?.audio_tokens);
  const image = parts.take(details?.image_tokens);
  const acceptedPrediction = parts.take(details?.accepted_prediction_tokens);
  const rejectedPrediction = parts.take(details?.rejected_prediction_tokens);
  return {
    text: parts.rest(),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(audio === undefined ? {} : { audio }),
    ...(image === undefined ? {} : { image }),
    ...(acceptedPrediction === undefined ? {} : { acceptedPrediction }),
    ...(rejectedPrediction === undefined ? {} : { rejectedPrediction }),
  };
}

const present = (fields: {
  readonly [name: string]: number | undefined;
}): JsonObject | undefined => {
  const known = Object.entries(fields).filter(
    (field): field is [string, number] => field[1] !== undefined,
  );
  return known.length === 0 ? undefined : Object.fromEntries(known);
};

/** The client's view: sums as the official API forms them, details only where they are known. */
export function encodeOpenAiUsage(usage: Usage): JsonObject {
  const { input, output } = usage;
  const written =
    input.cacheWrite5m === undefined && input.cacheWrite1h === undefined
      ? undefined
      : (input.cacheWrite5m ?? 0) + (input.cacheWrite1h ?? 0);
  const promptDetails = present({
    cached_tokens: input.cacheRead,
    cache_write_tokens: written,
    audio_tokens: input.audio,
    image_tokens: input.image,
  });
  const completionDetails = present({
    reasoning_tokens: output.reasoning,
    audio_tokens: output.audio,
    image_tokens: output.image,
    accepted_prediction_tokens: output.acceptedPrediction,
    rejected_prediction_tokens: output.rejectedPrediction,
  });
  const prompt = inputTokens(usage);
  const completion = outputTokens(usage);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...(promptDetails === undefined ? {} : { prompt_tokens_details: promptDetails }),
    ...(completionDetails === undefined ? {} : { completion_tokens_details: completionDetails }),
  };
}

/**
 * Where a reply or a chunk carries its usage: where it belongs, else where the quirk says, else in its
 * first choice.
 */
export function usageField(body: JsonObject, quirks: Quirks): JsonValue | undefined {
  const usual = body['usage'];
  if (isJsonObject(usual)) return usual;
  const elsewhere = quirks.usageIn === undefined ? undefined : body[quirks.usageIn];
  if (isJsonObject(elsewhere)) return elsewhere['usage'] ?? elsewhere;
  const choices = body['choices'];
  const first = Array.isArray(choices) ? choices[0] : undefined;
  return isJsonObject(first) ? (first['usage'] ?? usual) : usual;
}
