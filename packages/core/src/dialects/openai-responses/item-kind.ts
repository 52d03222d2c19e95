import type { PartStart } from '../../chat/stream-event.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import type { Quirks } from '../../providers/quirks.ts';
import { customArguments } from '../openai-custom.ts';
import { DIALECT } from './dialect-name.ts';
import { sharedTurn } from './mcp-turn.ts';

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

/** Tools that the provider defines and the client runs: by their calls' items, what such a call says. */
const CLIENT_RUN: ReadonlyMap<string, { readonly name: string; readonly says: readonly string[] }> =
  new Map([
    ['local_shell_call', { name: 'local_shell', says: ['action'] }],
    ['shell_call', { name: 'shell', says: ['action'] }],
    ['apply_patch_call', { name: 'apply_patch', says: ['operation'] }],
    ['computer_call', { name: 'computer', says: ['action', 'actions', 'pending_safety_checks'] }],
    ['tool_search_call', { name: 'tool_search', says: ['arguments'] }],
  ]);

export interface ClientCall {
  readonly name: string;
  readonly argumentsJson: string;
  readonly isCustom?: true;
}

/**
 * What an item asks its client to run, where it is no plain function call; undefined for all other
 * items. Everything waits for such a call as for a function's, so every face must tell it.
 */
export function clientCall(raw: JsonObject, quirks: Quirks): ClientCall | undefined {
  const { type, name, input, execution, environment } = raw;
  if (type === 'custom_tool_call') {
    if (quirks.runsCustomTools === true || typeof name !== 'string') return undefined;
    const text = typeof input === 'string' ? input : '';
    return { name, argumentsJson: customArguments(text), isCustom: true };
  }
  const known = typeof type === 'string' ? CLIENT_RUN.get(type) : undefined;
  if (known === undefined || (type === 'tool_search_call' && execution !== 'client')) {
    return undefined;
  }
  // A shell in the provider's own container is the provider's to run.
  if (isJsonObject(environment) && environment['type'] !== 'local') return undefined;
  const said = known.says.filter((field) => raw[field] !== undefined && raw[field] !== null);
  const fields = said.map((field) => [field, raw[field]]);
  return { name: known.name, argumentsJson: JSON.stringify(Object.fromEntries(fields)) };
}

/** An item as a part that is kept whole: of its provider's own tools, or not known to us at all. */
export function wholePart(raw: JsonObject): Extract<PartStart, { readonly raw: unknown }> {
  const type = typeof raw['type'] === 'string' ? raw['type'] : '';
  const role = raw['execution'] === 'client' ? undefined : SERVER_RUN.get(type);
  if (role === undefined) return { type: 'opaque', dialect: DIALECT, raw };
  const id = raw['id'];
  const shared = sharedTurn(raw);
  return {
    type: 'server-tool',
    role,
    name: type.replace(/_(call|output)$/, ''),
    ...(typeof id === 'string' ? { id } : {}),
    dialect: DIALECT,
    raw,
    ...(shared === undefined ? {} : { shared }),
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
export const CUSTOM_FIELDS: ReadonlySet<string> = new Set([
  ...['type', 'call_id', 'name', 'input', 'status'],
]);
/** Where a call's part keeps its item, if that is no plain function call. */
export const CALL_ITEM = 'item';
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
