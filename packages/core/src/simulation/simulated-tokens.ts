import type { ContentPart } from '../chat/content-part.ts';
import type { ChatRequest } from '../chat/request.ts';

/** Characters to a token: coarse, and the same on every machine. */
export const TOKEN_CHARACTERS = 4;

const MESSAGE_TOKENS = 3;
const MEDIA_TOKENS = 85;

export const simulatedTokens = (text: string): number => Math.ceil(text.length / TOKEN_CHARACTERS);

/** What a request would cost at the simulated provider. */
export function simulatedInputTokens({ messages, tools }: ChatRequest): number {
  let tokens = tools === undefined ? 0 : simulatedTokens(JSON.stringify(tools));
  for (const { content } of messages) {
    tokens += MESSAGE_TOKENS;
    for (const part of content) tokens += partTokens(part);
  }
  return tokens;
}

export function partTokens(part: ContentPart): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return simulatedTokens(part.text);
    case 'reasoning':
      return simulatedTokens(part.text ?? '');
    case 'tool-call':
      return simulatedTokens(part.name + part.argumentsJson);
    case 'tool-result':
      return part.content.reduce((sum, inner) => sum + partTokens(inner), 0);
    case 'media':
      return MEDIA_TOKENS;
    case 'server-tool':
    case 'opaque':
      return simulatedTokens(JSON.stringify(part.raw));
  }
}
