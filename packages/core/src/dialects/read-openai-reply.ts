import type { GatewayError } from '../chat/error.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts';
import type { Quirks } from '../providers/quirks.ts';
import { err, ok, type Result } from '../result.ts';
import { decodeErrorValue, errorValueOf } from './openai-errors.ts';
import { decodeOpenAiUsage, usageField } from './openai-usage.ts';
import type { ReadReply } from './passage.ts';

/** A whole reply for the meter: an object with the list that every reply of its endpoint has. */
export function readOpenAiReply(
  body: JsonValue,
  list: 'choices' | 'data',
  options: { readonly provider: string; readonly quirks: Quirks },
): Result<ReadReply, GatewayError> {
  const { provider, quirks } = options;
  if (!isJsonObject(body)) return err(unreadable(provider, 'it is not a JSON object'));
  const error = errorValueOf(body);
  if (error !== undefined) return err(decodeErrorValue(error, provider));
  if (!Array.isArray(body[list])) return err(unreadable(provider, `it has no ${list}`));
  const usage = decodeOpenAiUsage(usageField(body, quirks), quirks);
  return ok({
    ...modelOf(body),
    ...serviceTierOf(body),
    ...(usage === undefined ? {} : { usage }),
  });
}

const unreadable = (provider: string, detail: string): GatewayError => ({
  kind: 'provider_invalid_reply',
  provider,
  detail,
});

/** What a provider chooses by itself, `auto`, is no class of service. */
export const serviceTierOf = (body: JsonObject): { readonly serviceTier?: string } => {
  const tier = body['service_tier'];
  return typeof tier === 'string' && tier !== '' && tier !== 'auto' ? { serviceTier: tier } : {};
};

const modelOf = (body: JsonObject): { readonly model?: string } => {
  const model = body['model'];
  return typeof model === 'string' && model !== '' ? { model } : {};
};
