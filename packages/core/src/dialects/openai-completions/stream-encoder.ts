import type { Loss } from '../../chat/loss.ts';
import type { StreamEvent } from '../../chat/stream-event.ts';
import type { Usage } from '../../chat/usage.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Answering, StreamEncoder } from '../dialect.ts';
import { openAiErrorBody } from '../openai-errors.ts';
import {
  completion,
  FINISH,
  type Head,
  headOf,
  logprobsField,
  usageField,
} from './completion-text.ts';
import { spokenText } from './reply.ts';

const DONE: SseEvent = { data: '[DONE]' };

/** A chunk for each piece of text, one finish a choice, usage only when asked for, `[DONE]` after a good end. */
export function createStreamEncoder(answering: Answering): StreamEncoder {
  const losses: Loss[] = [];
  /** Parts whose text is said; whatever else comes of others is told once, when they begin. */
  const spoken = new Set<string>();
  const offsets = new Map<number, number>();
  let head: Head = headOf({ id: '', model: '' }, answering);
  let usage: Usage | undefined;
  let isOver = false;

  const chunk = (choices: readonly JsonObject[], fields: JsonObject = {}): SseEvent => ({
    data: JSON.stringify({
      ...completion(head, choices),
      ...(answering.includeUsage ? { usage: null } : {}),
      ...fields,
    }),
  });
  const piece = (index: number, text: string, fields: JsonObject = {}): readonly SseEvent[] => [
    chunk([{ text, index, logprobs: null, finish_reason: null, ...fields }]),
  ];

  const push = (event: StreamEvent): readonly SseEvent[] => {
    if (isOver) return [];
    switch (event.type) {
      case 'start':
        head = headOf(event, answering);
        return [];
      case 'part-start': {
        const { choice, part, start } = event;
        spokenText(start, `choices[${choice}].content[${part}]`, losses);
        if (start.type === 'text' || start.type === 'refusal') spoken.add(`${choice}/${part}`);
        return [];
      }
      case 'part-delta': {
        const { choice, part, delta } = event;
        if (!spoken.has(`${choice}/${part}`)) return [];
        if (delta.type === 'text') return delta.text === '' ? [] : piece(choice, delta.text);
        if (delta.type !== 'logprobs') return [];
        const from = offsets.get(choice) ?? 0;
        const length = delta.logprobs.reduce((sum, { token }) => sum + token.length, 0);
        offsets.set(choice, from + length);
        return piece(choice, '', { logprobs: logprobsField(delta.logprobs, from) });
      }
      case 'part-end':
        return [];
      case 'usage':
        usage = event.usage;
        return [];
      case 'choice-end':
        return piece(event.choice, '', { finish_reason: FINISH[event.stopReason] });
      case 'end':
        isOver = true;
        return answering.includeUsage && usage !== undefined
          ? [chunk([], usageField(usage)), DONE]
          : [DONE];
      case 'error':
        isOver = true;
        return [{ data: JSON.stringify(openAiErrorBody(event.error)) }];
    }
  };
  return { push, end: () => [], losses: () => losses };
}
