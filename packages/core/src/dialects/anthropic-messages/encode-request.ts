import type { GatewayError } from '../../chat/error.ts';
import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { ChatRequest, OutputFormat } from '../../chat/request.ts';
import type { Rest } from '../../chat/rest.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { ok, type Result } from '../../result.ts';
import { createCallIds } from '../call-ids.ts';
import { closedSchema, RECURSES } from '../closed-schema.ts';
import { describedSchema } from '../described-schema.ts';
import type { EncodedRequest, Target } from '../dialect.ts';
import { foreignFields } from '../foreign-fields.ts';
import { askedServers } from '../mcp.ts';
import { rulesOf, type VersionRules } from './api-version.ts';
import { longestFirst } from './cache-order.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeReasoning, reasoningRoom } from './encode-reasoning.ts';
import { encodeTools } from './encode-tools.ts';
import { KNOWN, KNOWN_THINKING } from './known-fields.ts';
import { optedIn, writesServers } from './mcp-server.ts';
import { DIALECT, fieldsOf, withoutFields } from './rest.ts';
import { bindThoughts } from './thought-binding.ts';

/** The limit is required here; this much is asked for where nobody named one, besides reasoning. */
const DEFAULT_MAX_TOKENS = 4096;

export function encodeRequest(
  asked: ChatRequest,
  target: Target,
): Result<EncodedRequest, GatewayError> {
  const losses: Loss[] = [];
  const request = longestFirst(asked, losses);
  const { ability, origin } = target;
  const rules = rulesOf(target.apiVersion);
  const { system, messages, isPrefilled } = encodeMessages(request.messages, {
    ability,
    origin,
    rules,
    ids: createCallIds(),
    servers: askedServers(DIALECT, request, target.quirks),
    losses,
  });
  const maxTokens = encodeLimit(request, target, losses);
  const reasoning = encodeReasoning(request, { ability, maxTokens, isPrefilled }, losses);
  const rest = unnamed(request.rest);
  const thought = reasoning.thinking;
  const isThinking = thought?.['type'] === 'enabled' || thought?.['type'] === 'adaptive';
  const own = thought === undefined ? rest.ownThinking : { ...rest.thinking, ...thought };
  const { thinking, headers } = bindThoughts(messages, own, target);
  const tools = encodeTools(request, target, losses);
  const opted = optedIn(headers, writesServers(request, tools));
  const outputConfig = {
    ...rest.output,
    ...encodeOutput(request, reasoning.effort, losses),
  };
  const metadata = {
    ...rest.metadata,
    ...(request.endUser === undefined ? {} : { user_id: request.endUser }),
  };
  tellUnsupported(request, losses);
  return ok({
    value: {
      ...rest.fields,
      model: target.model,
      max_tokens: maxTokens,
      ...(system.length === 0 ? {} : { system }),
      messages,
      ...(request.stream ? { stream: true } : {}),
      ...encodeSampling(request, { isThinking, target, rules, losses }),
      ...encodeStops(request, losses),
      ...tools,
      ...(thinking === undefined ? {} : { thinking }),
      ...(Object.keys(outputConfig).length === 0 ? {} : { output_config: outputConfig }),
      ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
      ...encodeServiceTier(request, losses),
    },
    losses,
    ...(opted === undefined ? {} : { headers: opted }),
  });
}

/** What only this dialect knows, each at its place, without what the hub has a word for. */
function unnamed(rest: Rest | undefined): {
  readonly [place in 'fields' | 'output' | 'metadata' | 'thinking']: JsonObject;
} & {
  /** A form of it that the hub has no word for. */
  readonly ownThinking?: JsonObject;
} {
  const { output_config, metadata, thinking, ...fields } = fieldsOf(rest, KNOWN.request);
  const beside = isJsonObject(thinking) ? thinking : {};
  const isOwnForm = 'type' in beside && !KNOWN_THINKING.includes(String(beside['type']));
  return {
    fields,
    ...(isOwnForm ? { ownThinking: beside } : {}),
    thinking: isOwnForm ? {} : withoutFields(beside, KNOWN.thinkingSetting),
    output: isJsonObject(output_config) ? withoutFields(output_config, KNOWN.output) : {},
    metadata: isJsonObject(metadata) ? withoutFields(metadata, KNOWN.metadata) : {},
  };
}

function encodeLimit(request: ChatRequest, { ability }: Target, losses: Loss[]): number {
  const most = ability.maxOutputTokens;
  const asked = request.maxOutputTokens;
  if (asked === undefined) {
    // All that the model can write is no limit: nothing is lost by naming it.
    if (most !== undefined) return most;
    const limit = DEFAULT_MAX_TOKENS + reasoningRoom(request, ability);
    losses.push(
      changed(
        'maxOutputTokens',
        'maxOutputTokens',
        'emulated',
        `a limit is required here: ${limit} was sent`,
      ),
    );
    return limit;
  }
  if (most === undefined || asked <= most) return asked;
  losses.push(
    changed(
      'maxOutputTokens',
      'maxOutputTokens',
      'clamped',
      `this model writes ${most} tokens at most`,
    ),
  );
  return most;
}

interface SamplingContext {
  readonly isThinking: boolean;
  readonly target: Target;
  readonly rules: VersionRules;
  readonly losses: Loss[];
}

function encodeSampling(
  request: ChatRequest,
  { isThinking, target, rules, losses }: SamplingContext,
): JsonObject {
  const { temperature, topP, topK } = request;
  const drop = (path: 'temperature' | 'topP' | 'topK', why: string): JsonObject => {
    losses.push(lost(path, path, why));
    return {};
  };
  const dropAll = (why: string): JsonObject => {
    if (temperature !== undefined && !(isThinking && temperature === 1)) drop('temperature', why);
    if (topP !== undefined) drop('topP', why);
    if (topK !== undefined) drop('topK', why);
    return {};
  };
  if (!rules.sampling) return dropAll('this version of the API has no sampling settings');
  if (target.ability.sampling === false) return dropAll('this model takes no sampling settings');
  if (isThinking) return dropAll('reasoning leaves sampling as it is');
  // All of the tokens, as many clients say beside a temperature, is what is sampled from anyway.
  const isLimited = topP !== undefined && topP !== 1;
  const both = temperature !== undefined && topP !== undefined;
  return {
    ...(temperature === undefined ? {} : { temperature: clampTemperature(temperature, losses) }),
    ...(topP === undefined || both ? {} : { top_p: topP }),
    ...(both && isLimited ? drop('topP', 'temperature and top_p can not both be sent here') : {}),
    ...(topK === undefined ? {} : { top_k: topK }),
  };
}

function clampTemperature(temperature: number, losses: Loss[]): number {
  const clamped = Math.min(1, Math.max(0, temperature));
  if (clamped !== temperature) {
    losses.push(
      changed('temperature', 'temperature', 'clamped', 'temperature goes from 0 to 1 here'),
    );
  }
  return clamped;
}

function encodeStops({ stopSequences: stops }: ChatRequest, losses: Loss[]): JsonObject {
  const usable = (stops ?? []).filter((stop) => stop.trim() !== '');
  if (usable.length < (stops ?? []).filter((stop) => stop !== '').length) {
    const why = 'of white space none are taken here: the reply is read, and cut at the first';
    losses.push(changed('stopSequences', 'stopSequences', 'emulated', why));
  }
  return usable.length === 0 ? {} : { stop_sequences: usable };
}

function encodeOutput(
  { output }: ChatRequest,
  effort: string | undefined,
  losses: Loss[],
): JsonObject {
  if (output?.type === 'json') {
    losses.push(lost('jsonOutput', 'output', 'JSON can be enforced here only by a schema'));
  }
  return {
    ...(effort === undefined ? {} : { effort }),
    ...(output?.type === 'json-schema' ? encodeFormat(output, losses) : {}),
  };
}

function encodeFormat(
  output: Extract<OutputFormat, { readonly type: 'json-schema' }>,
  losses: Loss[],
): JsonObject {
  const walk = { isStrict: output.strict === true, losses };
  const schema = closedSchema(describedSchema(output, losses), walk);
  if (schema !== undefined) return { format: { type: 'json_schema', schema } };
  losses.push(lost('outputSchema', 'output.schema', RECURSES));
  return {};
}

const SERVICE_TIERS: ReadonlyMap<string, string> = new Map([
  ['auto', 'auto'],
  ['standard_only', 'standard_only'],
  ['default', 'standard_only'],
]);

function encodeServiceTier({ serviceTier }: ChatRequest, losses: Loss[]): JsonObject {
  if (serviceTier === undefined) return {};
  const known = SERVICE_TIERS.get(serviceTier);
  if (known !== undefined) return { service_tier: known };
  losses.push(lost('serviceTier', 'serviceTier', 'a service tier that is not known here'));
  return {};
}

const UNSUPPORTED = [
  'minP',
  'frequencyPenalty',
  'presencePenalty',
  'repetitionPenalty',
  'seed',
  'logprobs',
  'logitBias',
  'verbosity',
  'metadata',
  'cacheKey',
] as const satisfies readonly (keyof ChatRequest)[];

/** Penalties of 0 and the like change nothing, so leaving them out is no loss. */
const isNeutral = (value: unknown): boolean =>
  value === undefined ||
  value === 0 ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

function tellUnsupported(request: ChatRequest, losses: Loss[]): void {
  for (const field of UNSUPPORTED) {
    const value = request[field];
    const isAbsent =
      field === 'seed' || field === 'logprobs' ? value === undefined : isNeutral(value);
    if (!isAbsent) losses.push(lost(field, field, 'this provider has no such setting'));
  }
  if (request.store === true) {
    losses.push(lost('store', 'store', 'this provider stores no replies'));
  }
  if (request.n !== undefined && request.n > 1) {
    losses.push(lost('n', 'n', 'this provider gives one choice only'));
  }
  for (const modality of request.modalities ?? []) {
    if (modality !== 'text')
      losses.push(lost('modalities', 'modalities', `this provider writes no ${modality}`));
  }
  if (request.audio !== undefined) {
    losses.push(lost('audioFormat', 'audio', 'this provider writes no audio'));
  }
  losses.push(...foreignFields(DIALECT, request));
}
