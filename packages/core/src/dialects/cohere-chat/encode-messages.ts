import type { ContentPart, MediaPart, ToolResultPart } from '../../chat/content-part.ts';
import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { Message } from '../../chat/message.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import type { Ability } from '../../providers/ability.ts';
import { dataUrl } from '../data-url.ts';
import { withOwnIds } from '../own-ids.ts';
import { unsaid } from '../unsayable.ts';
import { encodeAssistant, lostExtras } from './encode-assistant.ts';
import { DIALECT, fieldsOf } from './known-fields.ts';

interface Context {
  readonly ability: Ability;
  readonly losses: Loss[];
}

/** The history in its own order; each result of a tool is a message of its own here. */
export const encodeMessages = (
  messages: readonly Message[],
  context: Context,
): readonly JsonObject[] =>
  withOwnIds(messages).flatMap((message, index) => {
    const path = `messages[${index}]`;
    if (message.name !== undefined && message.role !== 'tool') {
      context.losses.push(
        lost('participantName', `${path}.name`, 'participants have no names here'),
      );
    }
    if (message.cache !== undefined) {
      context.losses.push(lost('cacheMark', `${path}.cache`, 'this provider caches by itself'));
    }
    return message.role === 'assistant'
      ? encodeTurn(message, path, context)
      : encodeRuns(message, path, context);
  });

function encodeTurn(message: Message, path: string, context: Context): readonly JsonObject[] {
  const { ability, losses } = context;
  const parts = message.content.map((part, index): ContentPart => {
    if (part.type !== 'reasoning') return part;
    const { text, ...hidden } = part;
    if (text !== undefined && ability.reasoning !== false) return part;
    losses.push(
      lost(
        'earlierReasoning',
        `${path}.content[${index}]`,
        'reasoning goes back only as it can be read',
      ),
    );
    return hidden;
  });
  const said = encodeAssistant(parts, { path: `${path}.content`, isReply: false, losses });
  const { citations } = unplacedOf(message);
  const all = [...listOf(said['citations']), ...citations];
  if (Object.keys(said).length === 0) return [];
  return [
    {
      ...fieldsOf(message.rest, 'message'),
      role: 'assistant',
      ...said,
      ...(all.length === 0 ? {} : { citations: all }),
    },
  ];
}

const listOf = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? value : [];

/** Citations that the hub has no place for, kept beside what they cite. */
export function unplacedOf({ rest }: Pick<Message, 'rest'>): {
  readonly citations: readonly JsonObject[];
} {
  if (rest?.dialect !== DIALECT) return { citations: [] };
  return { citations: listOf(rest.fields['citations']).filter(isJsonObject) };
}

function encodeRuns(message: Message, path: string, context: Context): readonly JsonObject[] {
  const role = message.role === 'user' || message.role === 'tool' ? 'user' : 'system';
  const fields = fieldsOf(message.rest, 'message');
  const messages: JsonObject[] = [];
  let run: JsonObject[] = [];
  const endRun = (): void => {
    if (run.length > 0) messages.push({ ...fields, role, content: contentOf(run) });
    run = [];
  };
  for (const [index, part] of message.content.entries()) {
    const at = `${path}.content[${index}]`;
    context.losses.push(...lostExtras(part, at));
    if (part.type === 'tool-result') {
      endRun();
      messages.push({ ...fields, ...encodeResult(part, at, context) });
    } else if (role === 'system' && part.type !== 'text') {
      context.losses.push(lost('systemMedia', at, 'instructions are text only'));
    } else {
      const block = encodePart(part, at, context);
      if (block !== undefined) run.push(block);
    }
  }
  endRun();
  return messages;
}

/** One plain text goes as a string, as most models are documented with. */
function contentOf(blocks: readonly JsonObject[]): JsonValue {
  const [only] = blocks;
  if (only === undefined) return '';
  const text = only['text'];
  const isPlain = blocks.length === 1 && Object.keys(only).length === 2;
  return isPlain && typeof text === 'string' ? text : blocks;
}

function encodePart(part: ContentPart, path: string, context: Context): JsonObject | undefined {
  switch (part.type) {
    case 'text':
      return { ...fieldsOf(part.rest, 'text'), type: 'text', text: part.text };
    case 'refusal':
      return { type: 'text', text: part.text };
    case 'media':
      return encodeMedia(part, path, context);
    case 'opaque':
      if (part.dialect === DIALECT && isJsonObject(part.raw)) return part.raw;
      break;
    default:
      break;
  }
  context.losses.push(unsaid(part, path));
  return undefined;
}

const DETAILS: ReadonlySet<string> = new Set(['auto', 'low', 'high']);

function encodeMedia(
  part: MediaPart,
  path: string,
  { ability, losses }: Context,
): JsonObject | undefined {
  const { source } = part;
  const lose = (why: string): undefined => {
    losses.push(lost(part.kind, path, why));
    return undefined;
  };
  if (part.kind === 'file' && source.type === 'text') {
    losses.push(changed('file', path, 'emulated', 'a file of text is sent as text'));
    return { type: 'text', text: source.text };
  }
  if (part.kind !== 'image') return lose(`this provider takes no ${part.kind} of this form`);
  if (ability.images === false) return lose('this model takes no images');
  if (source.type !== 'url' && source.type !== 'base64') {
    return lose('images go by URL or as bytes only');
  }
  const url =
    source.type === 'url'
      ? source.url
      : dataUrl({ mediaType: part.mediaType ?? 'image/png', data: source.data });
  const isKnown = part.detail !== undefined && DETAILS.has(part.detail);
  if (part.detail !== undefined && !isKnown) {
    losses.push(lost('mediaDetail', `${path}.detail`, 'a detail that is not known here'));
  }
  const detail = isKnown ? { detail: part.detail } : {};
  return {
    ...fieldsOf(part.rest, 'image'),
    type: 'image_url',
    image_url: { url, ...detail },
  };
}

function encodeResult(part: ToolResultPart, path: string, context: Context): JsonObject {
  if (part.isError === true) {
    context.losses.push(
      lost('toolResultError', `${path}.isError`, 'a tool result carries no error mark here'),
    );
  }
  const blocks = part.content.flatMap((inner, index) => {
    const at = `${path}.content[${index}]`;
    context.losses.push(...lostExtras(inner, at));
    const block = encodeResultPart(inner, at, context);
    return block === undefined ? [] : [block];
  });
  return { role: 'tool', tool_call_id: part.callId, content: contentOf(blocks) };
}

function encodeResultPart(
  part: ToolResultPart['content'][number],
  path: string,
  context: Context,
): JsonObject | undefined {
  if (part.type !== 'media') return encodePart(part, path, context);
  if (part.source.type !== 'text') {
    context.losses.push(
      lost('toolResultMedia', path, 'results of tools are text and documents here'),
    );
    return undefined;
  }
  const title = part.name === undefined ? {} : { title: part.name };
  return { type: 'document', document: { data: { text: part.source.text, ...title } } };
}
