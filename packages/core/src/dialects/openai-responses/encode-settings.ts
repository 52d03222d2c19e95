import { REASONING_FEATURES } from '../../chat/features.ts';
import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { ChatRequest, OutputFormat, ReasoningSettings } from '../../chat/request.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Target } from '../dialect.ts';
import { effortFor } from '../effort-for.ts';
import { foreignFields } from '../foreign-fields.ts';
import { isForcing } from '../is-forcing.ts';
import { endUserField, sharedSettings } from '../openai-fields.ts';
import { unmeasuredEffort } from '../unmeasured-effort.ts';
import { DIALECT } from './dialect-name.ts';
import { encodeToolChoice, encodeTools } from './tools.ts';

type Lose = (loss: Loss) => void;

/** The settings of a request, apart from those that stand in objects with others. */
export interface Settings {
  readonly fields: JsonObject;
  readonly reasoning: JsonObject;
  readonly text: JsonObject;
}

/** The official API refuses a smaller limit. */
const LEAST_TOKENS = 16;

export function encodeSettings(request: ChatRequest, target: Target, lose: Lose): Settings {
  tellUnsaid(request, target, lose);
  return {
    fields: {
      ...limitField(request, target, lose),
      ...samplingFields(request, target, lose),
      ...toolFields(request, target, lose),
      ...given('top_logprobs', request.logprobs?.top),
      ...given('service_tier', request.serviceTier),
      ...given('metadata', request.metadata),
      ...endUserField(request.endUser, target.quirks),
      ...given('prompt_cache_key', request.cacheKey),
    },
    reasoning: reasoningFields(request.reasoning, target, lose),
    text: {
      ...(request.output === undefined ? {} : { format: encodeOutput(request.output) }),
      ...given('verbosity', request.verbosity),
    },
  };
}

const given = (field: string, value: JsonObject[string] | undefined): JsonObject =>
  value === undefined ? {} : { [field]: value };

function limitField(
  { maxOutputTokens: asked }: ChatRequest,
  target: Target,
  lose: Lose,
): JsonObject {
  if (asked === undefined) return {};
  const most = target.ability.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const sent = Math.max(LEAST_TOKENS, Math.min(asked, most));
  if (sent !== asked) {
    const why =
      sent < asked ? `the model writes at most ${sent} tokens` : `${sent} is the least here`;
    lose(changed('maxOutputTokens', 'maxOutputTokens', 'clamped', why));
  }
  return { max_output_tokens: sent };
}

function samplingFields(request: ChatRequest, { ability }: Target, lose: Lose): JsonObject {
  const { temperature, topP } = request;
  if (ability.sampling !== false)
    return { ...given('temperature', temperature), ...given('top_p', topP) };
  const why = 'this model takes no sampling settings';
  for (const path of ['temperature', 'topP'] as const) {
    if (request[path] !== undefined) lose(lost(path, path, why));
  }
  return {};
}

const isSwitchedOn = ({ enabled, adaptive }: ReasoningSettings): boolean =>
  enabled === true && adaptive !== true;

function reasoningFields(
  reasoning: ReasoningSettings | undefined,
  { ability }: Target,
  lose: Lose,
): JsonObject {
  if (reasoning === undefined) return {};
  const { effort, budgetTokens, visibility } = reasoning;
  const drop = (field: keyof typeof REASONING_FEATURES, why: string): void =>
    lose(lost(REASONING_FEATURES[field], `reasoning.${field}`, why));
  if (ability.reasoning === false) {
    if (effort !== undefined && effort !== 'none') drop('effort', 'the model does not reason');
    if (budgetTokens !== undefined) drop('budgetTokens', 'the model does not reason');
    return {};
  }
  if (effort === 'none' && ability.reasoningOff === false) {
    drop('effort', 'the model always reasons');
    return {};
  }
  if (visibility === 'full') drop('visibility', 'thoughts are shown as a summary at most');
  // Who switches thinking on by itself is shown it unless it says otherwise; an effort shows nothing.
  const isShown = visibility === undefined ? isSwitchedOn(reasoning) : visibility !== 'hidden';
  const summary = isShown ? { summary: 'auto' } : {};
  if (effort !== undefined) {
    if (budgetTokens !== undefined) drop('budgetTokens', 'an effort is sent in its place');
    return { effort, ...summary };
  }
  if (reasoning.enabled === false) {
    drop('enabled', 'not every model here can be told not to reason');
    return {};
  }
  if (budgetTokens === undefined) {
    const { effort: usual, losses } = unmeasuredEffort(reasoning, ability);
    for (const loss of losses) lose(loss);
    return { ...given('effort', usual), ...summary };
  }
  const nearest = effortFor(budgetTokens);
  const why = `there are no budgets here: sent as effort ${nearest}`;
  lose(changed('reasoningBudget', 'reasoning.budgetTokens', 'emulated', why));
  return { effort: nearest, ...summary };
}

function encodeOutput(output: OutputFormat): JsonObject {
  switch (output.type) {
    case 'text':
      return { type: 'text' };
    case 'json':
      return { type: 'json_object' };
    case 'json-schema':
      return {
        type: 'json_schema',
        name: output.name ?? 'response',
        schema: output.schema,
        ...given('description', output.description),
        ...given('strict', output.strict),
      };
  }
}

function toolFields(request: ChatRequest, { ability, quirks }: Target, lose: Lose): JsonObject {
  const asked = request.tools ?? [];
  if (asked.length > 0 && ability.tools === false) {
    lose(lost('tools', 'tools', 'the model calls no tools'));
    return {};
  }
  const tools = encodeTools(asked, quirks, lose);
  // A choice among no tools is refused by the provider, and means nothing.
  if (tools.length === 0) {
    if (isForcing(request.toolChoice)) {
      const why = 'there are no tools to choose from';
      lose(lost('toolChoiceWithoutTools', 'toolChoice', why));
    }
    return {};
  }
  const choice = request.toolChoice;
  return {
    tools,
    ...(choice === undefined ? {} : { tool_choice: encodeToolChoice(choice, asked) }),
    ...given('parallel_tool_calls', request.parallelToolCalls),
  };
}

const NO_SUCH = [
  'topK',
  'minP',
  'frequencyPenalty',
  'presencePenalty',
  'repetitionPenalty',
  'seed',
  'logitBias',
] as const satisfies readonly (keyof ChatRequest)[];

/** Penalties of 0 and the like change nothing, so leaving them out is no loss. */
function isNeutral(field: (typeof NO_SUCH)[number], value: unknown): boolean {
  if (value === undefined) return true;
  if (field === 'logitBias') return Object.keys(value ?? {}).length === 0;
  return value === (field === 'repetitionPenalty' ? 1 : 0) && field !== 'seed';
}

function tellUnsaid(request: ChatRequest, { quirks }: Target, lose: Lose): void {
  for (const path of NO_SUCH) {
    if (isNeutral(path, request[path])) continue;
    lose(lost(path, path, 'no such setting here'));
  }
  const refuse = (field: 'n' | 'modalities', why: string): void => lose(lost(field, field, why));
  if (request.stopSequences?.some((sequence) => sequence !== '') === true) {
    const why = 'there are none here: the reply is read, and cut at the first';
    lose(changed('stopSequences', 'stopSequences', 'emulated', why));
  }
  if (request.n !== undefined && request.n > 1) refuse('n', 'this dialect has one choice only');
  for (const modality of request.modalities ?? []) {
    if (modality !== 'text') refuse('modalities', `no ${modality} is written here`);
  }
  if (request.audio !== undefined) {
    lose(lost('audioFormat', 'audio', 'no audio is written here'));
  }
  for (const loss of foreignFields(DIALECT, request, sharedSettings(quirks))) lose(loss);
}
