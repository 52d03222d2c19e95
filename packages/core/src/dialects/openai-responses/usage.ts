import type { Usage } from '../../chat/usage.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { decodeOpenAiUsage, encodeOpenAiUsage } from '../openai-usage.ts';

/**
 * The same classes as Chat's usage, under other names: input includes what was cached, output what
 * was thought. The quirks of Chat's counting don't reach here: no provider was seen to have them.
 */
export function decodeUsage(wire: JsonValue | undefined): Usage | undefined {
  if (!isJsonObject(wire)) return undefined;
  const names: JsonObject = {
    prompt_tokens: wire['input_tokens'] ?? null,
    prompt_tokens_details: wire['input_tokens_details'] ?? null,
    completion_tokens: wire['output_tokens'] ?? null,
    completion_tokens_details: wire['output_tokens_details'] ?? null,
  };
  return decodeOpenAiUsage(names, {});
}

/** Clients read the two details unasked, so they are always there. */
export function encodeUsage(usage: Usage): JsonObject {
  const {
    prompt_tokens: input,
    prompt_tokens_details: inputDetails,
    completion_tokens: output,
    completion_tokens_details: outputDetails,
    total_tokens: total,
  } = encodeOpenAiUsage(usage);
  return {
    input_tokens: input ?? 0,
    input_tokens_details: { cached_tokens: 0, ...object(inputDetails) },
    output_tokens: output ?? 0,
    output_tokens_details: { reasoning_tokens: 0, ...object(outputDetails) },
    total_tokens: total ?? 0,
  };
}

const object = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {});
