import type { ContentPart } from '../../chat/content-part.ts';
import { changed, lost } from '../../chat/loss.ts';
import type { Message } from '../../chat/message.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { wholeTurns } from '../mcp.ts';
import { cacheControl, encodePart, type PartContext } from './encode-part.ts';
import { KNOWN } from './known-fields.ts';
import { encodeTurn } from './mcp-turn.ts';
import { DIALECT, fieldsOf } from './rest.ts';

export interface EncodedMessages {
  readonly system: readonly JsonObject[];
  readonly messages: readonly JsonObject[];
  /** Whether they end with words for the model to go on from. */
  readonly isPrefilled: boolean;
}

interface Turn {
  readonly role: 'user' | 'assistant';
  /** Of its last message. */
  index: number;
  readonly results: JsonObject[];
  readonly blocks: JsonObject[];
  fields: JsonObject;
}

/**
 * The history as turns of user and assistant: instructions gathered in front, messages of one role
 * after another merged, results of tools before whatever else stands in their turn.
 */
export function encodeMessages(
  messages: readonly Message[],
  context: PartContext,
): EncodedMessages {
  const system: JsonObject[] = [];
  const turns: Turn[] = [];
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`;
    if (message.name !== undefined && message.role !== 'tool') {
      context.losses.push(
        lost('participantName', `${path}.name`, 'participants have no names here'),
      );
    }
    if (message.role === 'system' || message.role === 'developer') {
      if (turns.length > 0) {
        context.losses.push(
          changed('systemPlace', path, 'moved', 'instructions stand before the conversation here'),
        );
      }
      system.push(...encodeSystem(message, path, context));
    } else {
      const isOwn = message.role === 'assistant';
      addToTurn(turns, { message, index }, encodeParts(message, path, { ...context, isOwn }));
    }
  }
  const last = turns.at(-1);
  // What a provider's own tool did may stand last too: so a paused turn is told to go on.
  const isPrefilled = last?.role === 'assistant' && last.blocks.at(-1)?.['type'] === 'text';
  if (isPrefilled && context.ability.prefill === false) {
    const why = 'this model goes on from no words that were put into its mouth';
    context.losses.push(lost('prefill', `messages[${last.index}]`, why));
    turns.pop();
  }
  if (turns.length === 0) {
    context.losses.push(
      lost(
        'noMessages',
        'messages',
        'a message that says something is needed besides instructions',
      ),
    );
  }
  return { system, messages: turns.map(renderTurn), isPrefilled };
}

function addToTurn(
  turns: Turn[],
  { message, index }: { readonly message: Message; readonly index: number },
  blocks: readonly JsonObject[],
): void {
  if (blocks.length === 0) return;
  const role = message.role === 'assistant' ? 'assistant' : 'user';
  let turn = turns.at(-1);
  if (turn?.role !== role) {
    turn = { role, index, results: [], blocks: [], fields: {} };
    turns.push(turn);
  }
  for (const block of blocks) {
    (block['type'] === 'tool_result' ? turn.results : turn.blocks).push(block);
  }
  turn.index = index;
  turn.fields = { ...turn.fields, ...fieldsOf(message.rest, KNOWN.message) };
}

const renderTurn = (turn: Turn): JsonObject => ({
  ...turn.fields,
  role: turn.role,
  content: [...turn.results, ...turn.blocks],
});

function encodeParts(message: Message, path: string, context: PartContext): readonly JsonObject[] {
  const blocks: JsonObject[] = [];
  const turns = wholeTurns(message.content, context.servers);
  for (const [index, part] of message.content.entries()) {
    const at = `${path}.content[${index}]`;
    if (part.type === 'server-tool' && part.dialect !== DIALECT && turns.has(part.id)) {
      blocks.push(...encodeTurn(part, at, context.losses));
      continue;
    }
    const block =
      message.role === 'assistant' && part.type === 'media'
        ? encodeAssistantMedia(part, at, context)
        : encodePart(part, at, context);
    if (block !== undefined) blocks.push(block);
  }
  return withCache(blocks, message);
}

/** A message's own mark goes on its last block; a block that has one keeps it. */
function withCache(blocks: readonly JsonObject[], message: Message): readonly JsonObject[] {
  const last = blocks.at(-1);
  if (message.cache === undefined || last === undefined) return blocks;
  return [...blocks.slice(0, -1), { ...cacheControl(message.cache), ...last }];
}

function encodeAssistantMedia(
  part: Extract<ContentPart, { readonly type: 'media' }>,
  path: string,
  { losses }: PartContext,
): JsonObject | undefined {
  if (part.transcript !== undefined && part.transcript !== '') {
    losses.push(changed('generatedMedia', path, 'emulated', 'what was said goes back as text'));
    return { type: 'text', text: part.transcript };
  }
  losses.push(
    lost('generatedMedia', path, 'media that a model made can not go back in its own turn'),
  );
  return undefined;
}

function encodeSystem(message: Message, path: string, context: PartContext): readonly JsonObject[] {
  const texts = message.content.filter(({ type }) => type === 'text');
  if (texts.length < message.content.length) {
    context.losses.push(lost('systemMedia', `${path}.content`, 'instructions are text only'));
  }
  const blocks = texts.flatMap((part, index) => {
    const block = encodePart(part, `${path}.content[${index}]`, context);
    return block === undefined ? [] : [block];
  });
  return withCache(blocks, message);
}
