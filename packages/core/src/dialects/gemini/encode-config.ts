import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { ChatRequest } from '../../chat/request.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { describedSchema } from '../described-schema.ts';
import type { Target } from '../dialect.ts';
import { mostStops } from '../most-stops.ts';
import { encodeThinking } from './encode-thinking.ts';
import { fieldsOf } from './rest.ts';
import { rewriteSchema } from './rewrite-schema.ts';

/** The API's own limits. */
const MAX_STOPS = 5;
const MAX_CANDIDATES = 8;

/** `generationConfig`: empty where there is nothing to say. */
export function encodeConfig(request: ChatRequest, target: Target, losses: Loss[]): JsonObject {
  const rest = fieldsOf(request.rest)['generationConfig'];
  const thinking = isJsonObject(rest) ? rest['thinkingConfig'] : undefined;
  const { seed, presencePenalty, frequencyPenalty } = request;
  const thinkingConfig = encodeThinking(request.reasoning, target, losses);
  return {
    ...(isJsonObject(rest) ? rest : {}),
    ...encodeSampling(request, target, losses),
    ...encodeLimits(request, target, losses),
    ...(seed === undefined ? {} : encodeSeed(seed, losses)),
    ...(presencePenalty === undefined ? {} : { presencePenalty }),
    ...(frequencyPenalty === undefined ? {} : { frequencyPenalty }),
    ...encodeLogprobs(request),
    ...encodeOutput(request, losses),
    ...encodeModalities(request, losses),
    ...(thinkingConfig === undefined
      ? {}
      : { thinkingConfig: { ...(isJsonObject(thinking) ? thinking : {}), ...thinkingConfig } }),
  };
}

function encodeSampling(request: ChatRequest, { ability }: Target, losses: Loss[]): JsonObject {
  const { temperature, topP, topK } = request;
  const sampling = {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
  };
  if (ability.sampling !== false) return sampling;
  for (const field of ['temperature', 'topP', 'topK'] as const) {
    if (request[field] === undefined) continue;
    losses.push(lost(field, field, 'this model takes no sampling settings'));
  }
  return {};
}

function encodeLimits(request: ChatRequest, { ability }: Target, losses: Loss[]): JsonObject {
  const { maxOutputTokens: asked, n } = request;
  const most = Math.min(asked ?? Number.MAX_SAFE_INTEGER, ability.maxOutputTokens ?? Infinity);
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
  const stops = mostStops(request, MAX_STOPS, (loss) => losses.push(loss));
  if (n !== undefined && n > MAX_CANDIDATES) {
    losses.push(lost('n', 'n', `at most ${MAX_CANDIDATES} choices can be asked for`));
  }
  return {
    ...(asked === undefined ? {} : { maxOutputTokens: most }),
    ...(stops.length === 0 ? {} : { stopSequences: stops }),
    ...(n === undefined ? {} : { candidateCount: Math.min(n, MAX_CANDIDATES) }),
  };
}

/** Seeds are 32-bit integers here. */
function encodeSeed(seed: number, losses: Loss[]): JsonObject {
  if (seed === (seed | 0)) return { seed };
  losses.push(changed('seed', 'seed', 'clamped', 'seeds have 32 bits here'));
  return { seed: seed | 0 };
}

function encodeLogprobs({ logprobs }: ChatRequest): JsonObject {
  if (logprobs === undefined) return {};
  const { top } = logprobs;
  return { responseLogprobs: true, ...(top === undefined ? {} : { logprobs: top }) };
}

function encodeOutput({ output }: ChatRequest, losses: Loss[]): JsonObject {
  switch (output?.type) {
    case undefined:
      return {};
    case 'text':
      return { responseMimeType: 'text/plain' };
    case 'json':
      return { responseMimeType: 'application/json' };
    case 'json-schema': {
      const { schema, changes } = rewriteSchema(describedSchema(output, losses));
      for (const { path, action, why } of changes) {
        const at = `output.schema${path === '' ? '' : `.${path}`}`;
        // Who insists on the schema must not be given what breaks it.
        const isMeant = output.strict === true && action === 'dropped';
        losses.push(changed(isMeant ? 'outputSchema' : 'schemaKeyword', at, action, why));
      }
      return { responseMimeType: 'application/json', responseJsonSchema: schema };
    }
  }
}

function encodeModalities({ modalities, audio }: ChatRequest, losses: Loss[]): JsonObject {
  const wanted = modalities === undefined || modalities.length === 0 ? undefined : modalities;
  if (audio !== undefined && audio.format !== 'pcm16') {
    losses.push(lost('audioFormat', 'audio.format', 'audio comes as bare samples here'));
  }
  const voice = audio === undefined ? {} : voiceOf(audio.voice, losses);
  return {
    ...(wanted === undefined
      ? {}
      : { responseModalities: wanted.map((modality) => modality.toUpperCase()) }),
    ...voice,
  };
}

function voiceOf(
  voice: Exclude<ChatRequest['audio'], undefined>['voice'],
  losses: Loss[],
): JsonObject {
  if (typeof voice === 'string') {
    return { speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: voice } } } };
  }
  losses.push(lost('audioFormat', 'audio.voice', 'voices have plain names here'));
  return {};
}
