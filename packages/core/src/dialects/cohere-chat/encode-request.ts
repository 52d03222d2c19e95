import type { GatewayError } from '../../chat/error.ts';
import { changed, type Encoded, type Loss, lost } from '../../chat/loss.ts';
import type { ChatRequest } from '../../chat/request.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { ok, type Result } from '../../result.ts';
import { describedSchema } from '../described-schema.ts';
import type { Target } from '../dialect.ts';
import { foreignFields } from '../foreign-fields.ts';
import { mostStops } from '../most-stops.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeSampling } from './encode-sampling.ts';
import { encodeThinking } from './encode-thinking.ts';
import { encodeTools } from './encode-tools.ts';
import { DIALECT, fieldsOf } from './known-fields.ts';

/** The API's own limit. */
const MAX_STOPS = 5;

export function encodeRequest(
  request: ChatRequest,
  target: Target,
): Result<Encoded<JsonObject>, GatewayError> {
  const losses: Loss[] = [];
  const { ability } = target;
  const messages = encodeMessages(request.messages, { ability, losses });
  if (messages.length === 0) {
    losses.push(lost('noMessages', 'messages', 'at least one message is needed'));
  }
  const tools = encodeTools(request, ability, losses);
  const { seed } = request;
  tellUnsupported(request, losses);
  return ok({
    value: {
      ...fieldsOf(request.rest, 'request'),
      model: target.model,
      messages,
      ...(request.stream ? { stream: true } : {}),
      ...encodeLimits(request, target, losses),
      ...encodeSampling(request, ability, losses),
      ...(seed === undefined ? {} : { seed }),
      ...encodeLogprobs(request, losses),
      ...tools,
      ...encodeOutput(request, { hasTools: 'tools' in tools, losses }),
      ...encodeThinking(request.reasoning, ability, losses),
    },
    losses,
  });
}

function encodeLimits(request: ChatRequest, { ability }: Target, losses: Loss[]): JsonObject {
  const asked = request.maxOutputTokens;
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
  const stops = mostStops(request, MAX_STOPS, (loss) => losses.push(loss));
  return {
    ...(asked === undefined ? {} : { max_tokens: most }),
    ...(stops.length === 0 ? {} : { stop_sequences: stops }),
  };
}

function encodeLogprobs({ logprobs }: ChatRequest, losses: Loss[]): JsonObject {
  if (logprobs === undefined) return {};
  if (logprobs.top !== undefined && logprobs.top > 0) {
    losses.push(lost('logprobs', 'logprobs.top', 'only the tokens that were chosen are told here'));
  }
  return { logprobs: true };
}

interface OutputContext {
  readonly hasTools: boolean;
  readonly losses: Loss[];
}

/** A name and strictness go without saying: a schema is always enforced here. */
function encodeOutput({ output }: ChatRequest, { hasTools, losses }: OutputContext): JsonObject {
  if (output === undefined) return {};
  if (output.type === 'text') return { response_format: { type: 'text' } };
  if (hasTools) {
    const why = 'an output format can not be asked for beside tools';
    losses.push(
      output.type === 'json'
        ? lost('jsonOutput', 'output', why)
        : lost('outputSchema', 'output.schema', why),
    );
    return {};
  }
  if (output.type === 'json') return { response_format: { type: 'json_object' } };
  return { response_format: { type: 'json_object', json_schema: describedSchema(output, losses) } };
}

const UNSUPPORTED = [
  'minP',
  'repetitionPenalty',
  'logitBias',
  'verbosity',
  'metadata',
  'endUser',
  'cacheKey',
  'serviceTier',
] as const satisfies readonly (keyof ChatRequest)[];

/** Settings that change nothing can be left out without a loss. */
const isNeutral = (value: unknown): boolean =>
  value === undefined ||
  value === 0 ||
  value === 'auto' ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

function tellUnsupported(request: ChatRequest, losses: Loss[]): void {
  for (const field of UNSUPPORTED) {
    if (!isNeutral(request[field])) {
      losses.push(lost(field, field, 'this provider has no such setting'));
    }
  }
  if (request.store === true) {
    losses.push(lost('store', 'store', 'this provider stores no replies'));
  }
  if (request.n !== undefined && request.n > 1) {
    losses.push(lost('n', 'n', 'this provider gives one choice only'));
  }
  for (const modality of request.modalities ?? []) {
    if (modality !== 'text') {
      losses.push(lost('modalities', 'modalities', `this provider writes no ${modality}`));
    }
  }
  if (request.audio !== undefined) {
    losses.push(lost('audioFormat', 'audio', 'this provider writes no audio'));
  }
  losses.push(...foreignFields(DIALECT, request));
}
