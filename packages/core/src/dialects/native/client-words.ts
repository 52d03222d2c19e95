import { type ClientWords, contentPlaces, fieldOf, itemsOf } from '../client-words.ts';

/** What clients of the native contract call it. */
export const clientWords: ClientWords = {
  settings: {
    maxOutputTokens: 'max_tokens',
    topP: 'top_p',
    stopSequences: 'stop',
    toolChoice: 'tool_choice',
  },
  fields: { argumentsJson: 'function.arguments', detail: 'image_url.detail' },
  toolFields: {},
  places: (body) =>
    itemsOf(body, 'messages').map((message, index) => {
      const path = `messages[${index}]`;
      if (fieldOf(message, 'role') === 'tool') return { path, parts: [path] };
      const content = fieldOf(message, 'content');
      const calls = fieldOf(message, 'role') === 'assistant' ? itemsOf(message, 'tool_calls') : [];
      const isEmpty = content === '' && calls.length > 0;
      return {
        path,
        parts: [
          ...(isEmpty ? [] : contentPlaces(content, `${path}.content`)),
          ...calls.map((_call, at) => `${path}.tool_calls[${at}]`),
        ],
      };
    }),
  tools: (body) =>
    itemsOf(body, 'tools').map((_tool, index) => {
      const path = `tools[${index}]`;
      return { path, inner: `${path}.function` };
    }),
};
