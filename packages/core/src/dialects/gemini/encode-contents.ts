import type { ContentPart, ToolResultPart } from '../../chat/content-part.ts';
import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { Message } from '../../chat/message.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import type { Target } from '../dialect.ts';
import { withOwnIds } from '../own-ids.ts';
import { isInvented } from './call-ids.ts';
import { NO_SIGNATURE } from './decode-contents.ts';
import { encodePart } from './encode-part.ts';
import { isEarly } from './encode-thinking.ts';
import { fieldsOf } from './rest.ts';

interface Turn {
  readonly kind: 'user' | 'model' | 'results';
  readonly parts: JsonObject[];
  fields: JsonObject;
}

export interface EncodedContents {
  readonly system: readonly JsonObject[];
  readonly contents: readonly JsonObject[];
}

interface Context {
  readonly target: Target;
  readonly losses: Loss[];
  /** Names of the functions called so far, by ids that tell apart calls which share one. */
  readonly names: Map<string, string>;
}

/**
 * The history as contents: instructions gathered in front, one turn for all that a model said at
 * once, and one turn right behind it for all results of what it called.
 */
export function encodeContents(
  messages: readonly Message[],
  target: Target,
  losses: Loss[],
): EncodedContents {
  const system: JsonObject[] = [];
  const turns: Turn[] = [];
  const context: Context = { target, losses, names: new Map() };
  for (const [index, message] of withOwnIds(messages).entries()) {
    const path = `messages[${index}]`;
    if (message.name !== undefined && message.role !== 'tool') {
      losses.push(lost('participantName', `${path}.name`, 'participants have no names here'));
    }
    if (message.cache !== undefined) {
      losses.push(lost('cacheMark', `${path}.cache`, 'no cache marks here'));
    }
    if (message.role === 'system' || message.role === 'developer') {
      if (turns.length > 0) {
        losses.push(
          changed('systemPlace', path, 'moved', 'instructions stand before the conversation here'),
        );
      }
      system.push(...encodeSystem(message, path, context));
    } else addMessage(turns, message, { ...context, path });
  }
  if (turns.length === 0) {
    losses.push(
      lost(
        'noMessages',
        'messages',
        'a message that says something is needed besides instructions',
      ),
    );
  }
  return { system, contents: turns.map((turn) => renderTurn(turn, target)) };
}

function addMessage(
  turns: Turn[],
  message: Message,
  context: Context & { readonly path: string },
): void {
  const fields = fieldsOf(message.rest);
  const parts: JsonObject[] = [];
  for (const [index, part] of message.content.entries()) {
    const path = `${context.path}.content[${index}]`;
    if (part.type === 'tool-call') context.names.set(part.id, part.name);
    if (part.type === 'tool-result') {
      resultsTurn(turns, path, context.losses).parts.push(encodeResult(part, path, context));
    } else parts.push(...encodePart(part, path, context));
  }
  if (parts.length === 0) return;
  const kind = message.role === 'assistant' ? 'model' : 'user';
  const last = turns.at(-1);
  // What a model said and called at once is one turn, however many messages told of it.
  if (kind === 'model' && last?.kind === 'model') {
    last.parts.push(...parts);
    last.fields = { ...last.fields, ...fields };
  } else turns.push({ kind, parts, fields });
}

/** Results stand right behind the calls, whatever the user said in between. */
function resultsTurn(turns: Turn[], path: string, losses: Loss[]): Turn {
  const after = turns.findLastIndex(({ kind }) => kind === 'model') + 1;
  const known = turns[after];
  if (after < turns.length && turns.at(-1)?.kind !== 'results') {
    losses.push(
      changed('toolResultPlace', path, 'moved', 'results stand right behind their calls here'),
    );
  }
  if (known?.kind === 'results') return known;
  const fresh: Turn = { kind: 'results', parts: [], fields: {} };
  turns.splice(after, 0, fresh);
  return fresh;
}

function renderTurn({ kind, parts, fields }: Turn, target: Target): JsonObject {
  return {
    ...fields,
    role: kind === 'model' ? 'model' : 'user',
    parts: kind === 'model' && !isEarly(target.model) ? withSignature(parts) : parts,
  };
}

/**
 * Later models refuse a history in which the first call of a turn isn't signed; for calls that
 * another model made, their documents name a value that stands in place of a signature.
 * Source: https://ai.google.dev/gemini-api/docs/thought-signatures
 */
function withSignature(parts: readonly JsonObject[]): readonly JsonObject[] {
  const first = parts.findIndex((part) => part['functionCall'] !== undefined);
  return parts.map((part, index) =>
    index === first ? { thoughtSignature: NO_SIGNATURE, ...part } : part,
  );
}

/** Beside what a function said stand bytes and addresses only: a file of text is said with it. */
function textOf(part: ToolResultPart['content'][number]): string | undefined {
  if (part.type === 'text') return part.text;
  return part.type === 'media' && part.source.type === 'text' ? part.source.text : undefined;
}

function encodeResult(
  part: ToolResultPart,
  path: string,
  { target, losses, names }: Context,
): JsonObject {
  if (part.cache !== undefined) {
    losses.push(lost('cacheMark', `${path}.cache`, 'no cache marks here'));
  }
  const inner = part.content.map((one, index) => ({ one, at: `${path}.content[${index}]` }));
  const texts = inner.flatMap(({ one }) => textOf(one) ?? []);
  const media = inner.flatMap(({ one, at }) => {
    if (textOf(one) === undefined) return encodePart(one, at, { target, losses });
    if (one.type === 'media') {
      losses.push(changed('file', at, 'emulated', 'a file of text is sent as text'));
    }
    if (one.cache !== undefined)
      losses.push(lost('cacheMark', `${at}.cache`, 'no cache marks here'));
    return [];
  });
  const { response, beside, ...fields } = fieldsOf(part.rest);
  const said = texts.length > 1 ? texts : (texts[0] ?? '');
  return {
    ...(isJsonObject(beside) ? beside : {}),
    functionResponse: {
      ...fields,
      ...(isInvented(part.callId) ? {} : { id: part.callId }),
      name: names.get(part.callId) ?? part.name ?? part.callId,
      response: response ?? (part.isError === true ? { error: said } : { output: said }),
      ...(media.length === 0 ? {} : { parts: media }),
    },
  };
}

function encodeSystem(message: Message, path: string, context: Context): readonly JsonObject[] {
  const isText = (part: ContentPart): boolean => part.type === 'text';
  if (!message.content.every(isText)) {
    context.losses.push(lost('systemMedia', `${path}.content`, 'instructions are text only'));
  }
  return message.content.flatMap((part, index) =>
    isText(part) ? encodePart(part, `${path}.content[${index}]`, context) : [],
  );
}
