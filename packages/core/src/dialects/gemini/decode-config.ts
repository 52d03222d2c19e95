import type { ChatRequest, ReasoningSettings } from '../../chat/request.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { jsonSchemaOf } from './open-api-schema.ts';
import { asJsonObject, unknownFields } from './rest.ts';
import type { GenerationConfig } from './wire.ts';

interface DecodedConfig {
  readonly settings: Partial<ChatRequest>;
  /** What of it the hub has no word for. */
  readonly rest?: JsonObject;
}

export function decodeConfig(config: GenerationConfig): DecodedConfig {
  const output = decodeOutput(config);
  const speech = decodeSpeech(config.speechConfig);
  const modalities = decodeModalities(config.responseModalities);
  const reasoning = decodeThinking(config.thinkingConfig);
  const { topK } = config;
  const thinking = unknownFields(config.thinkingConfig ?? {}, THINKING);
  const rest = unknownFields({ ...config, ...restThinking(thinking) }, [
    ...KNOWN,
    ...(output === undefined ? [] : ['responseMimeType', 'responseSchema', 'responseJsonSchema']),
    ...(speech === undefined ? [] : ['speechConfig']),
    ...(modalities === undefined ? [] : ['responseModalities']),
  ]);
  const settings: Partial<ChatRequest> = {
    ...present({
      temperature: config.temperature,
      topP: config.topP,
      topK,
      maxOutputTokens: config.maxOutputTokens,
      stopSequences: config.stopSequences,
      n: config.candidateCount,
      seed: config.seed,
      presencePenalty: config.presencePenalty,
      frequencyPenalty: config.frequencyPenalty,
    }),
    ...(config.responseLogprobs === true
      ? { logprobs: config.logprobs == null ? {} : { top: config.logprobs } }
      : {}),
    ...(output === undefined ? {} : { output }),
    ...(modalities === undefined ? {} : { modalities }),
    ...(speech === undefined ? {} : { audio: speech }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
  return { settings, ...(Object.keys(rest).length === 0 ? {} : { rest }) };
}

const KNOWN = [
  'temperature',
  'topP',
  'topK',
  'maxOutputTokens',
  'stopSequences',
  'candidateCount',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'responseLogprobs',
  'logprobs',
];

const THINKING = ['includeThoughts', 'thinkingBudget', 'thinkingLevel'];

const restThinking = (thinking: JsonObject): JsonObject | { thinkingConfig: undefined } =>
  Object.keys(thinking).length === 0 ? { thinkingConfig: undefined } : { thinkingConfig: thinking };

type Settled<T> = { readonly [K in keyof T]?: Exclude<T[K], null | undefined> };

/** The fields that are set; the type says what the filter does. */
const present = <T extends object>(fields: T): Settled<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as Settled<T>;

function decodeOutput(config: GenerationConfig): ChatRequest['output'] {
  if (config.responseMimeType === 'text/plain') return { type: 'text' };
  if (config.responseMimeType !== 'application/json') return undefined;
  const { responseJsonSchema: json, responseSchema: own } = config;
  if (json != null) return { type: 'json-schema', schema: asJsonObject(json) };
  if (own != null) return { type: 'json-schema', schema: jsonSchemaOf(asJsonObject(own)) };
  return { type: 'json' };
}

const MODALITIES = ['text', 'audio', 'image'] as const;

/** Undefined where one is asked for that only this dialect knows. */
function decodeModalities(
  names: GenerationConfig['responseModalities'],
): ChatRequest['modalities'] {
  if (names == null || names.length === 0) return undefined;
  const known = names.flatMap(
    (name) => MODALITIES.find((modality) => modality === name.toLowerCase()) ?? [],
  );
  return known.length === names.length ? known : undefined;
}

/** The one form that other dialects can say: a voice by its name. What comes is bare samples. */
function decodeSpeech(speech: GenerationConfig['speechConfig']): ChatRequest['audio'] {
  const voice = at(at(at(speech, 'voiceConfig'), 'prebuiltVoiceConfig'), 'voiceName');
  const isOnly = Object.keys(speech ?? {}).length === 1;
  return isOnly && typeof voice === 'string' ? { voice, format: 'pcm16' } : undefined;
}

const at = (value: unknown, field: string): unknown =>
  isJsonObject(value) ? value[field] : undefined;

function decodeThinking(
  thinking: GenerationConfig['thinkingConfig'],
): ReasoningSettings | undefined {
  if (thinking == null) return undefined;
  const { thinkingBudget: budget, thinkingLevel, includeThoughts } = thinking;
  const effort = thinkingLevel?.toLowerCase();
  const reasoning: ReasoningSettings = {
    ...(budget == null ? {} : { enabled: budget !== 0 }),
    ...(budget === -1 ? { adaptive: true } : {}),
    ...(budget != null && budget > 0 ? { budgetTokens: budget } : {}),
    ...(effort === undefined || effort === 'thinking_level_unspecified' ? {} : { effort }),
    ...(includeThoughts == null ? {} : { visibility: includeThoughts ? 'summary' : 'hidden' }),
  };
  return Object.keys(reasoning).length === 0 ? undefined : reasoning;
}
