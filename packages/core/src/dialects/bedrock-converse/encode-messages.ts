import { changed, lost } from '../../chat/loss.ts';
import type { Message } from '../../chat/message.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { type BlockContext, cachePoint, encodeBlock } from './encode-block.ts';

export interface EncodedMessages {
  readonly system: readonly JsonObject[];
  readonly messages: readonly JsonObject[];
}

interface Turn {
  readonly role: 'user' | 'assistant';
  readonly results: JsonObject[];
  readonly blocks: JsonObject[];
}

/**
 * The history as turns of user and assistant: instructions gathered in front, messages of one role
 * after another merged, results of tools before whatever else stands in their turn.
 */
export function encodeMessages(
  messages: readonly Message[],
  context: BlockContext,
): EncodedMessages {
  const { losses } = context;
  const system: JsonObject[] = [];
  const turns: Turn[] = [];
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`;
    if (message.name !== undefined && message.role !== 'tool') {
      losses.push(lost('participantName', `${path}.name`, 'participants have no names here'));
    }
    if (message.role === 'system' || message.role === 'developer') {
      if (turns.length > 0) {
        losses.push(
          changed('systemPlace', path, 'moved', 'instructions stand before the conversation here'),
        );
      }
      if (message.content.some(({ type }) => type !== 'text' && type !== 'opaque')) {
        losses.push(lost('systemMedia', `${path}.content`, 'instructions are text only'));
      }
      system.push(...encodeParts(message, path, context));
    } else addToTurn(turns, message, encodeParts(message, path, context));
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
  return {
    system,
    messages: turns.map(({ role, results, blocks }) => ({
      role,
      content: [...results, ...blocks],
    })),
  };
}

function addToTurn(turns: Turn[], message: Message, blocks: readonly JsonObject[]): void {
  if (blocks.length === 0) return;
  const role = message.role === 'assistant' ? 'assistant' : 'user';
  let turn = turns.at(-1);
  if (turn?.role !== role) {
    turn = { role, results: [], blocks: [] };
    turns.push(turn);
  }
  let isResult = false;
  for (const block of blocks) {
    // A cache point goes where the block went that it stands after.
    if (!('cachePoint' in block)) isResult = 'toolResult' in block && role === 'user';
    (isResult ? turn.results : turn.blocks).push(block);
  }
}

function encodeParts(message: Message, path: string, context: BlockContext): readonly JsonObject[] {
  const isSystem = message.role === 'system' || message.role === 'developer';
  const blocks: JsonObject[] = [];
  let cache = message.cache;
  for (const [index, part] of message.content.entries()) {
    if (isSystem && part.type !== 'text' && part.type !== 'opaque') continue;
    const at = `${path}.content[${index}]`;
    const block =
      message.role === 'assistant' && part.type === 'media'
        ? encodeBlock({ type: 'text', text: part.transcript ?? '' }, at, context)
        : encodeBlock(part, at, context);
    if (message.role === 'assistant' && part.type === 'media') {
      const action = block === undefined ? 'dropped' : 'emulated';
      context.losses.push(
        changed('generatedMedia', at, action, 'media that a model made can not go back'),
      );
    }
    if (block === undefined) continue;
    blocks.push(block, ...(part.cache === undefined ? [] : [cachePoint(part.cache)]));
    if (part.cache !== undefined && index === message.content.length - 1) cache = undefined;
  }
  if (cache !== undefined && blocks.length > 0) blocks.push(cachePoint(cache));
  return blocks;
}
