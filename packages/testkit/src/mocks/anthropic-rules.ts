import * as z from 'zod';
import type { ReceivedRequest } from '../replies/reply.ts';
import type { Fault } from './mock-server.ts';

/*
 * What versions of the API, and single models, refuse of a body that is well formed, from
 * platform.claude.com/docs (api/migration-2026-10-21, build-with-claude/thinking-troubleshooting, and
 * each model's page of what is new): an oracle of its own (see the note in openai-wire.ts).
 */

const Block = z.looseObject({ type: z.string(), citations: z.array(z.unknown()).nullish() });
const Body = z.looseObject({
  model: z.string(),
  messages: z.array(
    z.looseObject({
      role: z.string(),
      content: z.union([z.string(), z.array(Block)]),
    }),
  ),
  thinking: z.looseObject({ type: z.string() }).nullish(),
  tool_choice: z.looseObject({ type: z.string() }).nullish(),
});
type Body = z.infer<typeof Body>;

/** As the API itself refuses: in its own words, with its own status. */
export function refusedToday(request: ReceivedRequest): Fault | undefined {
  const parsed = Body.safeParse(request.body);
  if (!parsed.success) return undefined;
  const version = String(request.headers['anthropic-version']);
  const reason =
    (version >= '2026-10-21' ? refusedByVersion(parsed.data) : undefined) ??
    refusedByModel(parsed.data);
  return reason === undefined ? undefined : { status: 400, reason };
}

const SAMPLING = ['temperature', 'top_p', 'top_k'];

function refusedByVersion(body: Body): string | undefined {
  const extra = SAMPLING.find((name) => name in body);
  if (extra !== undefined) return `${extra}: Extra inputs are not permitted`;
  for (const [at, { role, content }] of body.messages.entries()) {
    for (const [index, block] of (typeof content === 'string' ? [] : content).entries()) {
      const path = `messages.${at}.content.${index}`;
      if (role === 'assistant' && block.type === 'document') {
        return `${path}: document blocks are not permitted in assistant messages`;
      }
      if (role === 'user' && block.type === 'text' && (block.citations ?? []).length > 0) {
        return `${path}.citations: Extra inputs are not permitted`;
      }
    }
  }
  return undefined;
}

const NEVER_FORCED = /^claude-(?:opus-5-5|sonnet-5-5|fable-5-[12])/;
const ALWAYS_THINKS = /^claude-(?:opus-5-5|fable-5)/;
const BY_EFFORT_ONLY = /^claude-(?:opus-4-[78]|(?:opus|sonnet|haiku|fable)-5)/;
const BY_BUDGET_ONLY = /^claude-(?:opus|sonnet|haiku)-4-5/;
const NEVER_PREFILLED = /^claude-(?:(?:opus|sonnet)-4-[678]|(?:opus|sonnet|haiku|fable)-5)/;

function refusedByModel({ model, messages, thinking, tool_choice: choice }: Body) {
  const isForced = choice?.type === 'any' || choice?.type === 'tool';
  if (isForced && NEVER_FORCED.test(model)) {
    return 'tool_choice: type "tool" and "any" are not supported for this model.';
  }
  if (isForced && thinking?.type === 'enabled') {
    return 'Thinking may not be enabled when tool_choice forces tool use.';
  }
  const mode = thinking?.type ?? '';
  const isUnknown =
    (mode === 'disabled' && (ALWAYS_THINKS.test(model) || model === 'claude-sonnet-5-5')) ||
    (mode === 'enabled' && BY_EFFORT_ONLY.test(model)) ||
    (mode === 'adaptive' && BY_BUDGET_ONLY.test(model)) ||
    (mode === 'between_tools' && model !== 'claude-sonnet-5-5');
  if (isUnknown) return `"thinking.type.${mode}" is not supported for this model.`;
  const last = messages.at(-1);
  const ends = typeof last?.content === 'string' ? 'text' : last?.content.at(-1)?.type;
  if (last?.role === 'assistant' && ends === 'text' && NEVER_PREFILLED.test(model)) {
    return 'This model does not support assistant message prefill. The conversation must end with a user message.';
  }
  return undefined;
}
