import type { StopReason } from '../../chat/reply.ts';

const READ: ReadonlyMap<string, StopReason> = new Map([
  ['stop', 'stop'],
  ['end_turn', 'stop'],
  ['eos', 'stop'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['content_filter', 'content-filter'],
  ['sensitive', 'content-filter'],
]);

/** Reasons that are failures: what came before them is no answer. */
const FAILURES: ReadonlyMap<string, number> = new Map([
  ['error', 502],
  // https://api-docs.deepseek.com/api/create-chat-completion
  ['insufficient_system_resource', 503],
  // https://docs.z.ai/api-reference/llm/chat-completion
  ['network_error', 502],
]);

/** The status that a reason stands for, when it is a failure. */
export const failureStatus = (raw: string): number | undefined => FAILURES.get(raw);

/** Some look-alikes say `stop` beside tool calls: the calls are what counts. */
export function readFinish(raw: string, hasCalls: boolean): StopReason {
  const reason = READ.get(raw) ?? 'other';
  return reason === 'stop' && hasCalls ? 'tool-calls' : reason;
}

export const FINISH = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  refusal: 'content_filter',
  pause: 'stop',
  other: 'stop',
} as const satisfies Record<StopReason, string>;
