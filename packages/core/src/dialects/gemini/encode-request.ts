import type { GatewayError } from '../../chat/error.ts';
import { type Encoded, type Loss, lost } from '../../chat/loss.ts';
import type { ChatRequest } from '../../chat/request.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { ok, type Result } from '../../result.ts';
import type { Target } from '../dialect.ts';
import { foreignFields } from '../foreign-fields.ts';
import { encodeConfig } from './encode-config.ts';
import { encodeContents } from './encode-contents.ts';
import { encodeTools } from './encode-tools.ts';
import { DIALECT, fieldsOf } from './rest.ts';

/** The body with `model` and `stream` beside its fields: whoever sends it says them in the address. */
export function encodeRequest(
  request: ChatRequest,
  target: Target,
): Result<Encoded<JsonObject>, GatewayError> {
  const losses: Loss[] = [];
  const { system, contents } = encodeContents(request.messages, target, losses);
  const { generationConfig: _config, toolConfig: _tools, ...rest } = fieldsOf(request.rest);
  const config = encodeConfig(request, target, losses);
  const tools = encodeTools(request, target, losses);
  const serviceTier = encodeServiceTier(request, losses);
  tellUnsupported(request, losses);
  return ok({
    value: {
      ...rest,
      model: target.model,
      ...(request.stream ? { stream: true } : {}),
      ...(system.length === 0 ? {} : { systemInstruction: { parts: system } }),
      contents,
      ...tools,
      ...(Object.keys(config).length === 0 ? {} : { generationConfig: config }),
      ...(serviceTier === undefined ? {} : { serviceTier }),
      ...(request.store === undefined ? {} : { store: request.store }),
    },
    losses,
  });
}

const SERVICE_TIERS: { readonly [tier: string]: string } = {
  flex: 'flex',
  priority: 'priority',
  standard: 'standard',
  default: 'standard',
};

function encodeServiceTier({ serviceTier }: ChatRequest, losses: Loss[]): string | undefined {
  if (serviceTier === undefined || serviceTier === 'auto') return undefined;
  const known = Object.hasOwn(SERVICE_TIERS, serviceTier) ? SERVICE_TIERS[serviceTier] : undefined;
  if (known === undefined) {
    losses.push(lost('serviceTier', 'serviceTier', 'a service tier that is not known here'));
  }
  return known;
}

const UNSUPPORTED = [
  'minP',
  'repetitionPenalty',
  'logitBias',
  'verbosity',
  'metadata',
  'endUser',
  'cacheKey',
] as const satisfies readonly (keyof ChatRequest)[];

/** Settings that change nothing can be left out without a loss. */
const isNeutral = (value: unknown): boolean =>
  value === undefined ||
  value === 0 ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

function tellUnsupported(request: ChatRequest, losses: Loss[]): void {
  for (const field of UNSUPPORTED) {
    if (!isNeutral(request[field])) {
      losses.push(lost(field, field, 'this provider has no such setting'));
    }
  }
  losses.push(...foreignFields(DIALECT, request));
}
