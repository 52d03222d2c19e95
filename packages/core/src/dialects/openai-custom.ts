import type { ServerTool } from '../chat/tool.ts';
import { isJsonObject, type JsonObject } from '../json/json-value.ts';
import { parseJson } from '../json/parse-json.ts';

/** OpenAI's two dialects both know tools that are called with free text, by a grammar or by none. */
const SPOKEN_IN: ReadonlySet<string> = new Set(['openai-chat', 'openai-responses']);

export const knowsCustomTools = (dialect: string): boolean => SPOKEN_IN.has(dialect);

/** A custom tool in the words of Responses, where all of it stands side by side. */
export interface CustomTool {
  readonly name: string;
  readonly description?: string;
  readonly format?: JsonObject;
  /** What one of the dialects alone says of it. */
  readonly others: readonly string[];
}

const FIELDS: ReadonlySet<string> = new Set(['type', 'name', 'description', 'format']);

/** Undefined for every other tool. */
export function customTool({ dialect, name, raw }: ServerTool): CustomTool | undefined {
  if (!SPOKEN_IN.has(dialect) || raw['type'] !== 'custom') return undefined;
  const { custom } = raw;
  const said = isJsonObject(custom) ? custom : raw;
  const { description, format } = said;
  return {
    name,
    ...(typeof description === 'string' ? { description } : {}),
    ...(isJsonObject(format) ? { format: sideBySide(format) } : {}),
    others: Object.keys(said).filter((field) => !FIELDS.has(field) && said[field] !== null),
  };
}

function sideBySide({ grammar, ...format }: JsonObject): JsonObject {
  return isJsonObject(grammar) ? { ...format, ...grammar } : format;
}

/** Such a call's input, as every dialect can carry it: their arguments are an object. */
export const customArguments = (input: string): string => JSON.stringify({ input });

/** The input again; arguments of another making are the input as they stand. */
export function customInput(argumentsJson: string): string {
  const parsed = parseJson(argumentsJson);
  const input = parsed.ok && isJsonObject(parsed.value) ? parsed.value['input'] : undefined;
  return typeof input === 'string' ? input : argumentsJson;
}
