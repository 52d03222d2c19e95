import { type Loss, lost } from '../../chat/loss.ts';
import type { ChatReply } from '../../chat/reply.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { siftBetas } from '../../providers/sift-betas.ts';
import type { Target } from '../dialect.ts';

/**
 * Later models take their thoughts back only behind the conversation that they were thought in: one
 * word of it changed, and the request is a 400. With this it loses the thoughts instead.
 * Sources: https://platform.claude.com/docs/en/build-with-claude/preserved-thinking, fix-bound-to-a-
 * different-conversation; BetaThinkingBlockBinding of @anthropic-ai/sdk 1.12. Bedrock's field has the
 * same name, `mismatch_behavior` is an older one (release notes of @ai-sdk/amazon-bedrock 5.0.142).
 */
const BETA = 'thinking-binding-controls-2026-08-01';
const HEADER = 'anthropic-beta';
const LOSING: JsonObject = { block_binding: { prefix_mismatch_behavior: 'drop_block' } };

/** What stands in `thinking`, and the header that opens it. */
export interface BoundThoughts {
  readonly thinking?: JsonObject;
  readonly headers?: { readonly [name: string]: string };
}

/** Lets a request with thoughts in it go without those that no longer fit it. */
export function bindThoughts(
  messages: readonly JsonObject[],
  thinking: JsonObject | undefined,
  { ability, betas }: Pick<Target, 'ability' | 'betas'>,
): BoundThoughts {
  const unbound = thinking === undefined ? {} : { thinking };
  if (ability.bindsThoughts !== true || !messages.some(hasThoughts)) return unbound;
  if (siftBetas(betas, HEADER, BETA).header === undefined) return unbound;
  // Absent is adaptive for each of these models; whoever is told not to think takes no binding.
  const { type = 'adaptive' } = thinking ?? {};
  if (type !== 'adaptive' && type !== 'enabled') return unbound;
  return { thinking: { ...LOSING, ...thinking, type }, headers: { [HEADER]: BETA } };
}

const hasThoughts = ({ content }: JsonObject): boolean =>
  Array.isArray(content) && content.some(isThought);

const isThought = (block: JsonValue): boolean =>
  isJsonObject(block) && (block['type'] === 'thinking' || block['type'] === 'redacted_thinking');

/** The thoughts of a request that its provider says it left out. */
export function leftOut({ rest }: Pick<ChatReply, 'rest'>): readonly Loss[] {
  const told = rest?.fields['input_transformations'];
  const dropped = Array.isArray(told) ? told.filter(isDropped) : [];
  if (dropped.length === 0) return [];
  const why = 'the conversation before it, or the model, is not the one that it was thought in';
  return [lost('earlierReasoning', 'messages', why)];
}

const isDropped = (one: JsonValue): boolean =>
  isJsonObject(one) && one['type'] === 'thinking_dropped';
