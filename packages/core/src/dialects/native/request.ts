import type { GatewayError } from '../../chat/error.ts';
import type { Loss } from '../../chat/loss.ts';
import type { ChatRequest } from '../../chat/request.ts';
import type { Tier } from '../../governance/tiers.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { err, ok, type Result } from '../../result.ts';
import { describeUnknown, jsonPath, wireProblem } from '../wire-problem.ts';
import { leftOut } from './left-out.ts';
import { decodeMessages } from './message.ts';
import { decodeToolChoice, decodeTools } from './tools.ts';
import { NativeChatRequest, type NativeInclude } from './wire.ts';

/** A native request: what is asked of the model, and the contract's words for which model. */
export interface DecodedNativeRequest {
  /** Its `model` is the model's name or, where a tier was asked for, the tier's. */
  readonly request: ChatRequest;
  /** Exactly one of `model` and `tier` is there. */
  readonly model?: string;
  readonly tier?: Tier;
  readonly conversationId?: string;
  /** What the reply is to tell beside what the predecessor's told. */
  readonly include?: readonly NativeInclude[];
  /** Nested fields that were left out, by their paths in the client's own words. */
  readonly losses: readonly Loss[];
}

export interface NativeOptions {
  /** The tier of a request that names neither a model nor a tier; absent: such a one is refused. */
  readonly defaultTier?: Tier | undefined;
}

const FIELDS = Object.keys(NativeChatRequest.shape);

/** Checks everything that the contract asks; the first problem is the answer. */
export function decodeNativeRequest(
  body: JsonObject,
  options: NativeOptions = {},
): Result<DecodedNativeRequest, GatewayError> {
  // Before the schema: a misspelt field explains the "required" that it would report.
  const unknown = Object.keys(body).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) {
    return invalid(jsonPath([unknown]), describeUnknown(unknown, FIELDS));
  }
  const parsed = NativeChatRequest.safeParse(body);
  if (!parsed.success) return err(wireProblem(parsed.error, FIELDS));
  const wire = parsed.data;
  const chosen = chooseModel(wire, options);
  if (!chosen.ok) return chosen;
  const messages = decodeMessages(wire.messages);
  if (!messages.ok) return messages;
  const tools = decodeTools(wire.tools ?? []);
  if (!tools.ok) return tools;
  return ok({
    request: {
      model: chosen.value.model ?? chosen.value.tier ?? '',
      messages: messages.value.messages,
      stream: wire.stream ?? false,
      ...settings(wire),
      ...(tools.value.length === 0 ? {} : { tools: tools.value }),
    },
    ...chosen.value,
    ...(wire.include?.length ? { include: wire.include } : {}),
    ...(typeof wire.conversation_id === 'string' ? { conversationId: wire.conversation_id } : {}),
    losses: [...messages.value.losses, ...leftOut(body)],
  });
}

const invalid = (path: string, detail: string): Result<never, GatewayError> =>
  err({ kind: 'invalid_request', path, detail });

function chooseModel(
  { model, tier }: NativeChatRequest,
  { defaultTier }: NativeOptions,
): Result<{ readonly model?: string; readonly tier?: Tier }, GatewayError> {
  const hasModel = model !== undefined && model !== null;
  const hasTier = tier !== undefined && tier !== null;
  if (hasModel && hasTier) return invalid('model', 'give either "model" or "tier", not both');
  if (hasModel) return ok({ model });
  if (hasTier) return ok({ tier });
  if (defaultTier !== undefined) return ok({ tier: defaultTier });
  return invalid('model', 'is required: expected the name of a model here, or a "tier"');
}

function settings(wire: NativeChatRequest): Partial<ChatRequest> {
  const { temperature, top_p: topP, max_tokens: maxOutputTokens, stop } = wire;
  const stopSequences = typeof stop === 'string' ? [stop] : (stop ?? []);
  return {
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof topP === 'number' ? { topP } : {}),
    ...(typeof maxOutputTokens === 'number' ? { maxOutputTokens } : {}),
    ...(stopSequences.length === 0 ? {} : { stopSequences }),
    ...(typeof wire.reasoning_effort === 'string'
      ? { reasoning: { effort: wire.reasoning_effort } }
      : {}),
    ...(wire.tool_choice === undefined || wire.tool_choice === null
      ? {}
      : { toolChoice: decodeToolChoice(wire.tool_choice) }),
  };
}
