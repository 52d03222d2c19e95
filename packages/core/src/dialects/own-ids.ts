import type { ContentPart } from '../chat/content-part.ts';
import type { Message } from '../chat/message.ts';
import { type CallIds, createCallIds } from './call-ids.ts';

/** The history with an id of its own for each call, and for each result that of its call. */
export function withOwnIds(messages: readonly Message[]): readonly Message[] {
  const ids = createCallIds({ anyText: true });
  return messages.map((message) => ({
    ...message,
    content: message.content.map((part) => withOwnId(part, ids)),
  }));
}

function withOwnId(part: ContentPart, ids: CallIds): ContentPart {
  if (part.type === 'tool-call') return { ...part, id: ids.forCall(part.id) };
  return part.type === 'tool-result' ? { ...part, callId: ids.forResult(part.callId) } : part;
}
