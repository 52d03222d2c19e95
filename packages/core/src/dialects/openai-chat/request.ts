import type { GatewayError } from '../../chat/error.ts';
import { REASONING_FEATURES } from '../../chat/features.ts';
import { changed, type Encoded, type Loss, lost } from '../../chat/loss.ts';
import type { ChatRequest, OutputFormat, ReasoningSettings } from '../../chat/request.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import type { Ability } from '../../providers/ability.ts';
import type { Quirks } from '../../providers/quirks.ts';
import { err, ok, type Result } from '../../result.ts';
import type { DecodedRequest, Target } from '../dialect.ts';
import { effortFor } from '../effort-for.ts';
import { foreignFields } from '../foreign-fields.ts';
import { isForcing } from '../is-forcing.ts';
import { mostStops } from '../most-stops.ts';
import { endUserField, ownSettings, sharedSettings } from '../openai-fields.ts';
import { restFor, restOf } from '../rest-of.ts';
import { unmeasuredEffort } from '../unmeasured-effort.ts';
import { wireProblem } from '../wire-problem.ts';
import { decodeMessages } from './decode-messages.ts';
import { encodeMessages } from './encode-messages.ts';
import { DIALECT } from './parts.ts';
import { refusesTools } from './refuses-tools.ts';
import { decodeToolChoice, decodeTools, encodeToolChoice, encodeTools } from './tools.ts';
import { encodeWebSearch, isWebSearch } from './web-search.ts';
import { KNOWN_FORMATS, REQUEST_FIELDS, WireRequest } from './wire.ts';

/** A copy without the fields that are absent, whichever way they say so. */
type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };
const present = <T extends object>(fields: T): Present<T> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  ) as Present<T>;

export function decodeRequest(body: JsonObject): Result<DecodedRequest, GatewayError> {
  const parsed = WireRequest.safeParse(body);
  if (!parsed.success) return err(wireProblem(parsed.error));
  const wire = parsed.data;
  const messages = decodeMessages(wire.messages);
  if (!messages.ok) return messages;
  const request: ChatRequest = {
    model: wire.model,
    messages: messages.value,
    stream: wire.stream === true,
    ...decodeSampling(wire),
    ...present({
      reasoning: wire.reasoning_effort ? { effort: wire.reasoning_effort } : undefined,
      output: decodeOutput(wire),
      verbosity: wire.verbosity,
      modalities: wire.modalities,
      audio: wire.audio ? { voice: wire.audio.voice, format: wire.audio.format } : undefined,
      tools: decodeTools(wire),
      toolChoice: decodeToolChoice(wire),
      parallelToolCalls: wire.parallel_tool_calls,
      serviceTier: wire.service_tier,
      metadata: wire.metadata,
      endUser: wire.safety_identifier ?? wire.user,
      cacheKey: wire.prompt_cache_key,
      store: wire.store,
      rest: restOf(DIALECT, body, namedFields(wire)),
    }),
  };
  return ok({ request, losses: leftOut(wire) });
}

const FORMAT_FIELDS = new Set(['type', 'json_schema']);

/** What the hub has no place for, in this dialect's own words. */
function leftOut(wire: WireRequest): readonly Loss[] {
  const losses: Loss[] = [];
  const { user, safety_identifier: safety, response_format: format } = wire;
  if (user && safety && user !== safety) {
    losses.push(lost('endUser', 'user', 'the safety identifier is sent in its place'));
  }
  const beside = format && KNOWN_FORMATS.has(format.type) ? format : {};
  for (const field of Object.keys(restOf(DIALECT, beside, FORMAT_FIELDS)?.fields ?? {})) {
    losses.push(lost('unknownFields', `response_format.${field}`, 'not known here'));
  }
  return losses;
}

function decodeSampling(wire: WireRequest) {
  return present({
    maxOutputTokens: wire.max_completion_tokens ?? wire.max_tokens,
    temperature: wire.temperature,
    topP: wire.top_p,
    topK: wire.top_k,
    minP: wire.min_p,
    frequencyPenalty: wire.frequency_penalty,
    presencePenalty: wire.presence_penalty,
    repetitionPenalty: wire.repetition_penalty,
    stopSequences: typeof wire.stop === 'string' ? [wire.stop] : wire.stop,
    n: wire.n,
    seed: wire.seed,
    logprobs: wire.logprobs === true ? present({ top: wire.top_logprobs }) : undefined,
    logitBias: wire.logit_bias,
  });
}

/** Fields that the hub took; an output format it has no word for stays with the rest. */
function namedFields(wire: WireRequest): ReadonlySet<string> {
  if (!wire.response_format || decodeOutput(wire) !== undefined) return REQUEST_FIELDS;
  return FIELDS_BUT_FORMAT;
}

const FIELDS_BUT_FORMAT: ReadonlySet<string> = new Set(
  [...REQUEST_FIELDS].filter((field) => field !== 'response_format'),
);

/** The rest of a request without what the hub has a word for, a format that it knows among it. */
function unnamed({ rest }: ChatRequest): JsonObject {
  const fields = restFor(DIALECT, rest, FIELDS_BUT_FORMAT);
  const parsed = WireRequest.shape.response_format.safeParse(fields['response_format']);
  const isOwn = parsed.success && parsed.data && !KNOWN_FORMATS.has(parsed.data.type);
  return isOwn ? fields : restFor(DIALECT, rest, REQUEST_FIELDS);
}

function decodeOutput(wire: WireRequest): OutputFormat | undefined {
  const format = wire.response_format;
  if (!format) return undefined;
  if (format.type === 'text') return { type: 'text' };
  if (format.type === 'json_object') return { type: 'json' };
  if (format.type !== 'json_schema' || !('json_schema' in format)) return undefined;
  const asked = format.json_schema as JsonSchemaFormat;
  return {
    type: 'json-schema',
    schema: asked.schema ?? {},
    ...present({ name: asked.name, description: asked.description, strict: asked.strict }),
  };
}

interface JsonSchemaFormat {
  readonly name?: string | null;
  readonly description?: string | null;
  readonly schema?: JsonObject | null;
  readonly strict?: boolean | null;
}

export function encodeRequest(
  request: ChatRequest,
  target: Target,
): Result<Encoded<JsonObject>, GatewayError> {
  const losses: Loss[] = [];
  const lose = (loss: Loss): void => {
    losses.push(loss);
  };
  const { quirks } = target;
  for (const loss of foreignFields(DIALECT, request, sharedSettings(quirks))) lose(loss);
  const reasoning = reasoningFields(request.reasoning, target, lose);
  const tools = toolFields(request, { target, effort: reasoning['reasoning_effort'] }, lose);
  const value: JsonObject = {
    ...unnamed(request),
    ...openAiSettings(request, quirks, lose),
    model: target.model,
    messages: encodeMessages(request.messages, { target, lose }),
    ...streamFields(request, target),
    ...limitFields(request, target, lose),
    ...samplingFields(request, target.ability, lose),
    ...reasoning,
    ...present({
      response_format: request.output === undefined ? undefined : encodeOutput(request.output),
      verbosity: request.verbosity,
      modalities: request.modalities,
      audio: request.audio === undefined ? undefined : { ...request.audio },
      ...serviceTier(request, lose),
      metadata: request.metadata,
      ...endUserField(request.endUser, quirks),
      prompt_cache_key: request.cacheKey,
      store: request.store,
    }),
    ...tools,
  };
  return ok({ value, losses });
}

/** Source: `PromptCacheOptions` of openai 7.57; those of Responses know more. */
const CACHE_OPTIONS: { readonly [name: string]: readonly JsonValue[] } = {
  mode: ['implicit', 'explicit'],
  ttl: ['30m'],
};

function openAiSettings(
  { rest }: ChatRequest,
  quirks: Quirks,
  lose: (loss: Loss) => void,
): JsonObject {
  const { prompt_cache_options: options, ...settings } = ownSettings(rest, quirks);
  if (rest?.dialect === DIALECT || options === undefined || !isJsonObject(options)) return settings;
  const said = Object.entries(options).filter(([name, value]) => {
    if (value === null || CACHE_OPTIONS[name]?.includes(value) === true) return true;
    const why = 'OpenAI knows no such thing in this dialect';
    lose(lost('unknownFields', `rest.prompt_cache_options.${name}`, why));
    return false;
  });
  return { ...settings, prompt_cache_options: Object.fromEntries(said) };
}

/** By the official client's type; a tier of another dialect would be refused. */
const SERVICE_TIERS = new Set(['auto', 'default', 'flex', 'scale', 'priority', 'fast']);

function serviceTier(
  { serviceTier: tier }: ChatRequest,
  lose: (loss: Loss) => void,
): { readonly service_tier?: string } {
  if (tier === undefined) return {};
  if (SERVICE_TIERS.has(tier)) return { service_tier: tier };
  lose(lost('serviceTier', 'serviceTier', 'a service tier that is not known here'));
  return {};
}

function streamFields(request: ChatRequest, target: Target): JsonObject {
  if (!request.stream) return {};
  return target.quirks.noStreamOptions === true
    ? { stream: true }
    : { stream: true, stream_options: { include_usage: true } };
}

function limitFields(request: ChatRequest, target: Target, lose: (loss: Loss) => void): JsonObject {
  const asked = request.maxOutputTokens;
  if (asked === undefined) return {};
  const most = target.ability.maxOutputTokens ?? asked;
  if (asked > most) {
    const why = `the model writes at most ${most} tokens`;
    lose(changed('maxOutputTokens', 'maxOutputTokens', 'clamped', why));
  }
  return { [target.quirks.maxTokensField ?? 'max_completion_tokens']: Math.min(asked, most) };
}

/** Source: `stop` of openai 7.57's `ChatCompletionCreateParams`. */
const MAX_STOPS = 4;

function samplingFields(
  request: ChatRequest,
  ability: Ability,
  lose: (loss: Loss) => void,
): JsonObject {
  for (const field of ['topK', 'minP', 'repetitionPenalty'] as const) {
    if (request[field] === undefined) continue;
    lose(lost(field, field, 'no such setting here'));
  }
  const isLeftOut = ability.sampling === false;
  for (const field of ['temperature', 'topP'] as const) {
    if (!isLeftOut || request[field] === undefined) continue;
    lose(lost(field, field, 'this model takes no sampling settings'));
  }
  const stops = mostStops(request, MAX_STOPS, lose);
  return present({
    temperature: isLeftOut ? undefined : request.temperature,
    top_p: isLeftOut ? undefined : request.topP,
    frequency_penalty: request.frequencyPenalty,
    presence_penalty: request.presencePenalty,
    stop: stops.length === 0 ? undefined : stops,
    n: request.n,
    seed: request.seed,
    logprobs: request.logprobs === undefined ? undefined : true,
    top_logprobs: request.logprobs?.top,
    logit_bias: request.logitBias,
  });
}

function reasoningFields(
  reasoning: ReasoningSettings | undefined,
  target: Target,
  lose: (loss: Loss) => void,
): JsonObject {
  if (reasoning === undefined) return {};
  const drop = (field: keyof typeof REASONING_FEATURES, why: string): void =>
    lose(lost(REASONING_FEATURES[field], `reasoning.${field}`, why));
  if (reasoning.visibility !== undefined) drop('visibility', 'the provider decides what it shows');
  const { effort, budgetTokens } = reasoning;
  if (target.ability.reasoning === false) {
    if (effort !== undefined && effort !== 'none') drop('effort', 'the model does not reason');
    if (budgetTokens !== undefined) drop('budgetTokens', 'the model does not reason');
    return {};
  }
  if (effort !== undefined) {
    if (budgetTokens !== undefined) drop('budgetTokens', 'an effort is sent in its place');
    return { reasoning_effort: effort };
  }
  if (reasoning.enabled === false) {
    drop('enabled', 'not every model here can be told not to reason');
    return {};
  }
  if (budgetTokens === undefined) {
    const { effort: usual, losses } = unmeasuredEffort(reasoning, target.ability);
    for (const loss of losses) lose(loss);
    return present({ reasoning_effort: usual });
  }
  const nearest = effortFor(budgetTokens);
  const why = `there are no budgets here: sent as effort ${nearest}`;
  lose(changed('reasoningBudget', 'reasoning.budgetTokens', 'emulated', why));
  return { reasoning_effort: nearest };
}

function encodeOutput(output: OutputFormat): JsonValue {
  switch (output.type) {
    case 'text':
      return { type: 'text' };
    case 'json':
      return { type: 'json_object' };
    case 'json-schema':
      return {
        type: 'json_schema',
        json_schema: {
          name: output.name ?? 'response',
          schema: output.schema,
          ...present({ description: output.description, strict: output.strict }),
        },
      };
  }
}

interface ToolContext {
  readonly target: Target;
  readonly effort: JsonValue | undefined;
}

function toolFields(
  request: ChatRequest,
  { target, effort }: ToolContext,
  lose: (loss: Loss) => void,
): JsonObject {
  const asked = request.tools ?? [];
  const search = encodeWebSearch(asked);
  if (target.ability.tools === false && !asked.every(isWebSearch)) {
    lose(lost('tools', 'tools', 'the model calls no tools'));
    return search;
  }
  const tools = encodeTools(asked, lose);
  // A choice among no tools is refused by the provider, and means nothing.
  if (tools.length === 0) {
    if (isForcing(request.toolChoice)) {
      const why = 'there are no tools to choose from';
      lose(lost('toolChoiceWithoutTools', 'toolChoice', why));
    }
    return search;
  }
  if (refusesTools(target.ability, typeof effort === 'string' ? effort : undefined)) {
    const why = 'the model takes no tools here while it reasons';
    lose(lost('tools', 'tools', why));
  }
  return {
    ...search,
    tools,
    ...(request.toolChoice === undefined
      ? {}
      : { tool_choice: encodeToolChoice(request.toolChoice, asked) }),
    ...(request.parallelToolCalls === undefined
      ? {}
      : { parallel_tool_calls: request.parallelToolCalls }),
  };
}
