import type { GatewayError } from '../../chat/error.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { openAiErrorBody } from '../openai-errors.ts';

/** What a response says of itself that has failed. */
export function failedFields(error: GatewayError): JsonObject {
  const told = openAiErrorBody(error)['error'];
  const { code, type, message } = isJsonObject(told) ? told : {};
  return {
    status: 'failed',
    incomplete_details: null,
    error: { code: code ?? type ?? null, message: message ?? '' },
  };
}
