import type { ChatRequest, ContentPart, MediaPart, ToolResultPart } from '@tollgate/core/chat';

export interface PlacedMedia {
  readonly part: MediaPart;
  /** In the hub's words. */
  readonly path: string;
}

/** All media of a request in their order, those in results of tools included. */
export function mediaIn({ messages }: ChatRequest): readonly PlacedMedia[] {
  const found: PlacedMedia[] = [];
  const look = (parts: readonly ContentPart[], at: string): void => {
    for (const [index, part] of parts.entries()) {
      const path = `${at}.content[${index}]`;
      if (part.type === 'media') found.push({ part, path });
      else if (part.type === 'tool-result') look(part.content, path);
    }
  };
  for (const [index, { content }] of messages.entries()) look(content, `messages[${index}]`);
  return found;
}

/** The request with some of its media in another form. */
export function withMedia(
  request: ChatRequest,
  replaced: ReadonlyMap<MediaPart, MediaPart>,
): ChatRequest {
  if (replaced.size === 0) return request;
  const swap = <P extends ContentPart>(part: P): P | MediaPart =>
    part.type === 'media' ? (replaced.get(part) ?? part) : part;
  const within = (part: ToolResultPart): ToolResultPart => ({
    ...part,
    content: part.content.map(swap),
  });
  const messages = request.messages.map((message) => ({
    ...message,
    content: message.content.map((part) =>
      part.type === 'tool-result' ? within(part) : swap(part),
    ),
  }));
  return { ...request, messages };
}
