import type { GatewayError } from '../../chat/error.ts';
import { changed, type Encoded, type Loss, lost } from '../../chat/loss.ts';
import type { ChatRequest } from '../../chat/request.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { ok, type Result } from '../../result.ts';
import { createCallIds } from '../call-ids.ts';
import { closedSchema, RECURSES } from '../closed-schema.ts';
import type { Target } from '../dialect.ts';
import { foreignFields } from '../foreign-fields.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeReasoning } from './encode-reasoning.ts';
import { encodeTools } from './encode-tools.ts';
import { DIALECT, fieldsOf } from './known-fields.ts';

/** How long an id of a call may be. */
const MOST_OF_ID = 64;

/** The body with `model` and `stream` beside its fields: whoever sends it says them in the address. */
export function encodeRequest(
  request: ChatRequest,
  target: Target,
): Result<Encoded<JsonObject>, GatewayError> {
  const losses: Loss[] = [];
  const { ability, origin } = target;
  const ids = createCallIds({ most: MOST_OF_ID });
  const { system, messages } = encodeMessages(request.messages, {
    ability,
    origin,
    ids,
    losses,
    documents: 0,
  });
  const reasoning = encodeReasoning(request, target, losses);
  const { additionalModelRequestFields: own, ...rest } = fieldsOf(request.rest, 'request');
  const additional = { ...reasoning.fields, ...(isJsonObject(own) ? own : {}) };
  const inferenceConfig = encodeInference(request, target, {
    losses,
    isThinking: reasoning.isThinking,
  });
  const outputConfig = { ...encodeOutput(request, losses), ...reasoning.effort };
  const { metadata } = request;
  tellUnsupported(request, losses);
  return ok({
    value: {
      ...rest,
      model: target.model,
      ...(request.stream ? { stream: true } : {}),
      ...(system.length === 0 ? {} : { system }),
      messages,
      ...(Object.keys(inferenceConfig).length === 0 ? {} : { inferenceConfig }),
      ...encodeTools(request, ability, losses),
      ...(Object.keys(outputConfig).length === 0 ? {} : { outputConfig }),
      ...(Object.keys(additional).length === 0 ? {} : { additionalModelRequestFields: additional }),
      ...(metadata === undefined ? {} : { requestMetadata: metadata }),
      ...encodeServiceTier(request, losses),
    },
    losses,
  });
}

interface Sampling {
  readonly losses: Loss[];
  readonly isThinking: boolean;
}

function encodeInference(
  request: ChatRequest,
  { ability }: Target,
  { losses, isThinking }: Sampling,
): JsonObject {
  const { maxOutputTokens: asked, temperature, topP } = request;
  const most = Math.min(asked ?? Infinity, ability.maxOutputTokens ?? Infinity);
  if (asked !== undefined && most < asked) {
    losses.push(
      changed(
        'maxOutputTokens',
        'maxOutputTokens',
        'clamped',
        `this model writes ${most} tokens at most`,
      ),
    );
  }
  const stops = (request.stopSequences ?? []).filter((stop) => stop !== '');
  const sampling = {
    ...(temperature === undefined ? {} : { temperature: Math.min(1, Math.max(0, temperature)) }),
    ...(topP === undefined ? {} : { topP }),
  };
  const isLeftOut = isThinking || ability.sampling === false;
  for (const field of ['temperature', 'topP'] as const) {
    if (!isLeftOut || request[field] === undefined) continue;
    losses.push(lost(field, field, 'this model takes no sampling settings here'));
  }
  if (!isLeftOut && temperature !== undefined && sampling.temperature !== temperature) {
    losses.push(
      changed('temperature', 'temperature', 'clamped', 'temperature goes from 0 to 1 here'),
    );
  }
  return {
    ...(asked === undefined ? {} : { maxTokens: most }),
    ...(isLeftOut ? {} : sampling),
    ...(stops.length === 0 ? {} : { stopSequences: stops }),
  };
}

function encodeOutput({ output }: ChatRequest, losses: Loss[]): JsonObject {
  if (output?.type === 'json') {
    losses.push(lost('jsonOutput', 'output', 'JSON can be enforced here only by a schema'));
  }
  if (output?.type !== 'json-schema') return {};
  const { name, description } = output;
  const schema = closedSchema(output.schema, { isStrict: output.strict === true, losses });
  if (schema === undefined) {
    losses.push(lost('outputSchema', 'output.schema', RECURSES));
    return {};
  }
  return {
    textFormat: {
      type: 'json_schema',
      structure: {
        jsonSchema: {
          schema: JSON.stringify(schema),
          ...(name === undefined ? {} : { name }),
          ...(description === undefined ? {} : { description }),
        },
      },
    },
  };
}

const SERVICE_TIERS = ['default', 'flex', 'priority', 'reserved'];

function encodeServiceTier({ serviceTier: type }: ChatRequest, losses: Loss[]): JsonObject {
  if (type === undefined || type === 'auto') return {};
  if (SERVICE_TIERS.includes(type)) return { serviceTier: { type } };
  losses.push(lost('serviceTier', 'serviceTier', 'a service tier that is not known here'));
  return {};
}

const UNSUPPORTED = [
  'topK',
  'minP',
  'frequencyPenalty',
  'presencePenalty',
  'repetitionPenalty',
  'logitBias',
  'verbosity',
  'endUser',
  'cacheKey',
] as const satisfies readonly (keyof ChatRequest)[];

/** Settings that change nothing can be left out without a loss. */
const isNeutral = (value: unknown): boolean =>
  value === undefined ||
  value === 0 ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

function tellUnsupported(request: ChatRequest, losses: Loss[]): void {
  const { seed, logprobs, store, n, modalities } = request;
  const lose = (field: (typeof UNSUPPORTED)[number] | 'seed' | 'logprobs' | 'store'): unknown =>
    losses.push(lost(field, field, 'this provider has no such setting'));
  for (const field of UNSUPPORTED) if (!isNeutral(request[field])) lose(field);
  if (seed !== undefined) lose('seed');
  if (logprobs !== undefined) lose('logprobs');
  if (store === true) lose('store');
  if (n !== undefined && n > 1) {
    losses.push(lost('n', 'n', 'this provider gives one choice only'));
  }
  for (const modality of modalities ?? []) {
    if (modality !== 'text') {
      losses.push(lost('modalities', 'modalities', `this provider writes no ${modality}`));
    }
  }
  if (request.audio !== undefined) {
    losses.push(lost('audioFormat', 'audio', 'this provider writes no audio'));
  }
  losses.push(...foreignFields(DIALECT, request));
}
