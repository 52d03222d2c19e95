import type { ContentPart, ToolResultPart } from '../chat/content-part.ts';
import type { Feature } from '../chat/features.ts';
import { changed, type Loss, lost } from '../chat/loss.ts';
import type { ChatRequest } from '../chat/request.ts';
import type { Rest } from '../chat/rest.ts';
import { isJsonObject, type JsonObject } from '../json/json-value.ts';
import { knowsCustomTools } from './openai-custom.ts';

/** Fields that hold settings side by side: each of them is told by its own name. */
const HOLDERS: ReadonlySet<string> = new Set([
  ...['generationConfig', 'thinkingConfig', 'toolConfig', 'functionCallingConfig'],
  ...['reasoning', 'text', 'output_config', 'metadata', 'item'],
]);

/** An id names what its provider keeps, and a mark for the prompt cache is told as the mark it is. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['id', 'prompt_cache_breakpoint']);

const NONE: ReadonlySet<string> = new Set();

/** Fields without which another thing is asked; all others are told as hints. */
const ASKS: { readonly [path: string]: Feature } = {
  response_format: 'outputGrammar',
  'text.format': 'outputGrammar',
  'generationConfig.responseMimeType': 'outputGrammar',
  web_search_options: 'serverTools',
  cachedContent: 'storedPrompt',
};

/**
 * What the client asked for in fields that only its own dialect knows, wherever in the request they
 * stand: an encoder of another dialect tells them all.
 */
export function foreignFields(
  dialect: string,
  request: ChatRequest,
  /** Of its own fields, those that are sent on all the same. */
  shared: ReadonlySet<string> = NONE,
): readonly Loss[] {
  const losses: Loss[] = [];
  const tell = (rest: Rest | undefined, at: string): void => {
    if (rest !== undefined && rest.dialect !== dialect) losses.push(...told(rest.fields, at, ''));
  };
  const tellParts = (parts: readonly ContentPart[], at: string): void => {
    for (const [index, part] of parts.entries()) {
      tell(part.type === 'tool-result' ? besideResult(part) : part.rest, `${at}[${index}].rest.`);
      if (part.type === 'tool-call' && part.isCustom === true && !knowsCustomTools(dialect)) {
        const why = 'the free text that the tool was called with stands in an object';
        losses.push(changed('toolArguments', `${at}[${index}].argumentsJson`, 'emulated', why));
      }
      if (part.type === 'tool-result') tellParts(part.content, `${at}[${index}].content`);
    }
  };
  tell(without(request.rest, shared), 'rest.');
  for (const [index, message] of request.messages.entries()) {
    tell(message.rest, `messages[${index}].rest.`);
    tellParts(message.content, `messages[${index}].content`);
  }
  for (const [index, tool] of (request.tools ?? []).entries()) {
    if (tool.type === 'function') tell(tool.rest, `tools[${index}].rest.`);
  }
  return losses;
}

function without(rest: Rest | undefined, names: ReadonlySet<string>): Rest | undefined {
  if (rest === undefined || names.size === 0) return rest;
  const fields = Object.entries(rest.fields).filter(([name]) => !names.has(name));
  return { ...rest, fields: Object.fromEntries(fields) };
}

/** What a function responded stands in its result as text. */
function besideResult({ rest }: ToolResultPart): Rest | undefined {
  if (rest === undefined) return undefined;
  const { response: _response, ...fields } = rest.fields;
  return { ...rest, fields };
}

function told(fields: JsonObject, at: string, within: string): readonly Loss[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (value === null || SAYS_NOTHING.has(name)) return [];
    if (HOLDERS.has(name) && isJsonObject(value)) {
      return told(value, `${at}${name}.`, `${within}${name}.`);
    }
    const path = `${within}${name}`;
    const feature = Object.hasOwn(ASKS, path) ? ASKS[path] : undefined;
    return lost(
      feature ?? 'unknownFields',
      `${at}${name}`,
      'a field that only another dialect knows',
    );
  });
}
