import { editTopLevel } from '../../json/edit-top-level.ts';
import { editField, editItems } from '../../json/edit-within.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import type { Quirks } from '../../providers/quirks.ts';

/** What a mender put elsewhere in earlier replies, as the provider itself had said it. */
export function restoreMessages(text: string, body: JsonObject, { reasoningIn }: Quirks): string {
  const { messages } = body;
  if (reasoningIn === undefined || !Array.isArray(messages)) return text;
  if (!messages.some(wasMended)) return text;
  const restore = reasoningIn === 'reasoning' ? named : joined;
  return editField(text, 'messages', (list) =>
    editItems(list, (item, position) => {
      const message: unknown = messages[position];
      return wasMended(message) ? editTopLevel(item, restore(message)) : item;
    }),
  );
}

type Edits = { readonly [field: string]: JsonValue | undefined };

const wasMended = (message: unknown): message is JsonObject =>
  isJsonObject(message) &&
  message['role'] === 'assistant' &&
  (typeof message['reasoning_content'] === 'string' || Array.isArray(message['content_parts']));

const named = ({ reasoning, reasoning_content: told }: JsonObject): Edits => ({
  reasoning: reasoning ?? told,
  reasoning_content: undefined,
});

function joined({ reasoning_content: told, content, content_parts: others }: JsonObject): Edits {
  const thought =
    typeof told === 'string' && told !== ''
      ? [{ type: 'thinking', thinking: [{ type: 'text', text: told }] }]
      : [];
  return {
    content: [...thought, ...listed(content), ...listed(others)],
    reasoning_content: undefined,
    content_parts: undefined,
  };
}

function listed(content: JsonValue | undefined): readonly JsonValue[] {
  if (typeof content === 'string' && content !== '') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? content : [];
}
