import type { PartStart } from '../../chat/stream-event.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { DIALECT } from './dialect-name.ts';

/** Items of tools that the provider runs itself; what else we don't know waits for its client. */
const SERVER_RUN: ReadonlyMap<string, 'call' | 'result'> = new Map([
  ['web_search_call', 'call'],
  ['file_search_call', 'call'],
  ['code_interpreter_call', 'call'],
  ['image_generation_call', 'call'],
  ['mcp_call', 'call'],
  ['mcp_list_tools', 'result'],
  ['tool_search_call', 'call'],
  ['tool_search_output', 'result'],
  ['program', 'call'],
  ['program_output', 'result'],
]);

/** An item as a part that is kept whole: of its provider's own tools, or not known to us at all. */
export function wholePart(raw: JsonObject): Extract<PartStart, { readonly raw: unknown }> {
  const type = typeof raw['type'] === 'string' ? raw['type'] : '';
  const role = raw['execution'] === 'client' ? undefined : SERVER_RUN.get(type);
  if (role === undefined) return { type: 'opaque', dialect: DIALECT, raw };
  const id = raw['id'];
  return {
    type: 'server-tool',
    role,
    name: type.replace(/_(call|output)$/, ''),
    ...(typeof id === 'string' ? { id } : {}),
    dialect: DIALECT,
    raw,
  };
}

export const MESSAGE_FIELDS: ReadonlySet<string> = new Set(['type', 'role', 'content', 'status']);
export const CALL_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'call_id',
  'name',
  'arguments',
  'status',
]);
export const REASONING_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'id',
  'summary',
  'content',
  'encrypted_content',
  'status',
]);
/** Of a part of a message; `item` is where we keep the message's own fields. */
export const PART_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'text',
  'refusal',
  'annotations',
  'logprobs',
  'item',
]);
