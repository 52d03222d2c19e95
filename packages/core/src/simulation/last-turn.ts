import type { ToolResultPart } from '../chat/content-part.ts';
import type { ChatRequest } from '../chat/request.ts';

/** The text of the last message in which the user said something. */
export function lastUserText({ messages }: ChatRequest): string {
  for (const { role, content } of messages.toReversed()) {
    if (role !== 'user') continue;
    const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
    if (text !== '') return text;
  }
  return '';
}

/** The results that came since the model last spoke: the turn is its own again. */
export function toolResults({ messages }: ChatRequest): readonly ToolResultPart[] {
  const spoke = messages.findLastIndex(({ role }) => role === 'assistant');
  return messages
    .slice(spoke + 1)
    .flatMap(({ content }) => content.filter((part) => part.type === 'tool-result'));
}

export const resultText = (result: ToolResultPart): string =>
  result.content.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('');
