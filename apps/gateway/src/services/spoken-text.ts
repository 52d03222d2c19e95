import type { ChatReply, ChatRequest, ContentPart, PartDelta } from '@tollgate/core/chat';
import type { CountedText } from './call-meter.ts';

/** Output beyond this isn't counted: far above what any model writes in one call. */
const KEPT_CHARACTERS = 512 * 1024;

/** What a model reads of a request and what it wrote, for an estimate where nobody counted. */
export const countedText = (request: ChatRequest, output: () => string): CountedText => ({
  input: () => requestText(request),
  output,
  messages: request.messages.length,
});

function requestText(request: ChatRequest): string {
  const tools = request.tools?.map((tool) =>
    tool.type === 'function'
      ? `${tool.name} ${tool.description ?? ''} ${JSON.stringify(tool.parameters ?? {})}`
      : tool.name,
  );
  const messages = request.messages.map((message) => message.content.map(partText).join(' '));
  return [...(tools ?? []), ...messages].join('\n');
}

export const replyText = (reply: ChatReply): string =>
  reply.choices.flatMap((choice) => choice.content.map(partText)).join('\n');

function partText(part: ContentPart): string {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text;
    case 'reasoning':
      return part.text ?? '';
    case 'tool-call':
      return `${part.name} ${part.argumentsJson}`;
    case 'tool-result':
      return part.content.map(partText).join(' ');
    case 'media':
      return part.transcript ?? '';
    case 'server-tool':
    case 'opaque':
      return '';
  }
}

/** All that a piece of a stream says, thoughts among it. */
export function deltaText(delta: PartDelta): string {
  switch (delta.type) {
    case 'text':
    case 'transcript':
      return delta.text;
    case 'arguments':
      return delta.json;
    default:
      return '';
  }
}

/** What a stream has said so far. Bounded. */
export function createSpokenText(): {
  push(delta: PartDelta): void;
  text(): string;
} {
  let text = '';
  return {
    push: (delta) => {
      if (text.length > KEPT_CHARACTERS) return;
      if (delta.type === 'text' || delta.type === 'transcript') text += delta.text;
      else if (delta.type === 'arguments') text += delta.json;
    },
    text: () => text,
  };
}
