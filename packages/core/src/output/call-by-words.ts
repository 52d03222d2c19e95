import { changed, type Loss } from '../chat/loss.ts';
import type { Message } from '../chat/message.ts';
import type { ChatRequest } from '../chat/request.ts';
import type { ToolChoice } from '../chat/tool.ts';
import { isForcing } from '../dialects/is-forcing.ts';
import type { Ability } from '../providers/ability.ts';

/** A request that asks in words for the call which its model can't be made to make. */
export interface CallByWords {
  readonly request: ChatRequest;
  readonly losses: readonly Loss[];
}

/**
 * Only the tools that may be called are offered, and the last turn ends with the wish for a call:
 * at the end, where it changes nothing before it that is cached or that thoughts are bound to.
 * Undefined where the model can be made to, or nothing could be called; and where the model's own
 * words come last, which it would no longer go on from.
 */
export function callByWords(request: ChatRequest, ability: Ability): CallByWords | undefined {
  const { tools = [], toolChoice, messages } = request;
  if (ability.toolForcing !== false || ability.tools === false || !isForcing(toolChoice)) return;
  if (messages.at(-1)?.role === 'assistant') return;
  const names = namesOf(toolChoice);
  const offered = tools.filter(({ name }) => names === undefined || names.includes(name));
  const [only, ...others] = offered;
  if (only === undefined) return;
  const what =
    others.length === 0 ? `the tool "${only.name}"` : 'one of the tools that are offered to you';
  const why =
    'this model can not be made to call a tool: it is asked to, and an answer without a call is an error';
  return {
    request: {
      ...request,
      toolChoice: names === undefined ? { type: 'auto' } : { type: 'allowed', mode: 'auto', names },
      messages: [...messages, wish(`Call ${what} now. Do not answer in words instead.`)],
    },
    losses: [changed('toolChoice', 'toolChoice', 'emulated', why)],
  };
}

/** Those that the choice is between; undefined: all. */
function namesOf(choice: ToolChoice | undefined): readonly string[] | undefined {
  if (choice?.type === 'one') return [choice.name];
  return choice?.type === 'allowed' ? choice.names : undefined;
}

const wish = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] });
