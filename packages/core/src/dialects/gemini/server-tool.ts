import type { ServerToolPart } from '../../chat/content-part.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { DIALECT } from './rest.ts';

/** Fields that stand for what the provider ran itself, and which side of it they are. */
const ROLES: { readonly [field: string]: ServerToolPart['role'] } = {
  executableCode: 'call',
  codeExecutionResult: 'result',
  toolCall: 'call',
  toolResponse: 'result',
};

const fieldOf = (part: JsonObject): string | undefined =>
  Object.keys(ROLES).find((field) => isJsonObject(part[field]));

export const isServerTool = (part: JsonObject): boolean => fieldOf(part) !== undefined;

/** Kept whole, its signature included: nobody but this dialect can say it. */
export function serverToolOf(part: JsonObject): Omit<ServerToolPart, 'state' | 'cache'> {
  const field = fieldOf(part) ?? '';
  const inner = part[field];
  const facts: JsonObject = isJsonObject(inner) ? inner : {};
  const { id, toolType } = facts;
  const isCode = field === 'executableCode' || field === 'codeExecutionResult';
  return {
    type: 'server-tool',
    role: ROLES[field] ?? 'call',
    ...(typeof id === 'string' ? { id } : {}),
    name: isCode ? 'code_execution' : typeof toolType === 'string' ? toolType.toLowerCase() : field,
    dialect: DIALECT,
    raw: part,
  };
}
