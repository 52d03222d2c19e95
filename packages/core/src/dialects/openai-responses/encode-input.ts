import type {
  ContentPart,
  MediaPart,
  ReasoningPart,
  ToolResultPart,
} from '../../chat/content-part.ts';
import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { Message } from '../../chat/message.ts';
import type { ChatRequest } from '../../chat/request.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { type CallIds, createCallIds } from '../call-ids.ts';
import type { Target } from '../dialect.ts';
import { foreignCitations } from '../foreign-citations.ts';
import { isSameOrigin } from '../is-same-origin.ts';
import { askedServers, wholeTurns } from '../mcp.ts';
import { customInput } from '../openai-custom.ts';
import { restFor } from '../rest-of.ts';
import { unsayable } from '../unsayable.ts';
import { writeAnnotation } from './annotations.ts';
import { DIALECT } from './dialect-name.ts';
import { CALL_FIELDS, CALL_ITEM, CUSTOM_FIELDS } from './item-kind.ts';
import { isToldTurn, mcpItems, outcomesIn } from './mcp-turn.ts';
import { contentOf, encodePart } from './parts.ts';

/** What the API takes of a call's id. */
const MOST_OF_ID = 64;

interface Context {
  readonly target: Target;
  readonly ids: CallIds;
  /** The MCP servers that are asked: calls of others have no place here. */
  readonly servers: ReadonlySet<string>;
  /** Calls of custom tools, whose results are items of their own kind. */
  readonly custom: ReadonlySet<string>;
  readonly lose: Lose;
}

type Lose = (loss: Loss) => void;

interface Placed {
  readonly part: ContentPart;
  readonly path: string;
}

/** The items of a conversation; a first, plain system message stands apart, as `instructions`. */
export function encodeInput(request: ChatRequest, target: Target, lose: Lose): JsonObject {
  const { messages } = request;
  const ids = createCallIds({ most: MOST_OF_ID, anyText: true });
  const servers = askedServers(DIALECT, request, target.quirks);
  const custom = new Set(
    messages.flatMap(({ content }) =>
      content.flatMap((part) =>
        part.type === 'tool-call' && part.isCustom === true ? [part.id] : [],
      ),
    ),
  );
  const context = { target, lose, ids, servers, custom };
  // Instructions alone are refused: with nothing beside them they are the input.
  const instructions = messages.length > 1 ? instructionsOf(messages[0]) : undefined;
  const input = messages.flatMap((message, index) => {
    if (index === 0 && instructions !== undefined) return [];
    const path = `messages[${index}]`;
    if (message.cache !== undefined)
      context.lose(lost('cacheMark', `${path}.cache`, 'no cache marks here'));
    if (message.name !== undefined) {
      context.lose(lost('participantName', `${path}.name`, 'participants have no names here'));
    }
    const placed = message.content.map((part, at) => ({ part, path: `${path}.content[${at}]` }));
    return message.role === 'assistant'
      ? encodeTurn(placed, context)
      : encodePlain(message, placed, context);
  });
  return { ...(instructions === undefined ? {} : { instructions }), input };
}

function instructionsOf(message: Message | undefined): string | undefined {
  if (message?.role !== 'system' || Object.keys(message).length > 2) return undefined;
  const [only, ...others] = message.content;
  const isPlain = only?.type === 'text' && others.length === 0 && Object.keys(only).length === 2;
  return isPlain && only.text !== '' ? only.text : undefined;
}

function encodePlain(
  message: Message,
  placed: readonly Placed[],
  context: Context,
): readonly JsonObject[] {
  const items: JsonObject[] = [];
  let content: JsonObject[] = [];
  let fields: JsonObject = {};
  const role = message.role === 'tool' ? 'user' : message.role;
  const endRun = (): void => {
    if (content.length > 0) items.push({ ...fields, role, content: contentOf(content) });
    content = [];
    fields = {};
  };
  for (const { part, path } of placed) {
    tellState(part, path, context);
    const item = itemOf(part, path, context);
    if (item !== undefined) {
      endRun();
      items.push(item);
      continue;
    }
    const encoded = encodePart(part, { ...context.target, path, lose: context.lose });
    if (encoded === undefined) continue;
    content.push(encoded);
    fields = { ...fields, ...messageFields(part) };
  }
  endRun();
  return items;
}

/** A part that is an item of its own, whoever's turn it stands in. */
function itemOf(part: ContentPart, path: string, context: Context): JsonObject | undefined {
  if (part.type === 'tool-result') return encodeResult(part, path, context);
  if (part.type !== 'opaque' && part.type !== 'server-tool') return undefined;
  const isItem = part.dialect === DIALECT && part.rest?.fields['item'] === undefined;
  return isItem && isJsonObject(part.raw) ? part.raw : undefined;
}

const RESULT_FIELDS: ReadonlySet<string> = new Set(['type', 'call_id', 'output', 'id', 'status']);

function encodeResult(part: ToolResultPart, path: string, context: Context): JsonObject {
  const { lose, target } = context;
  if (part.isError === true)
    lose(lost('toolResultError', `${path}.isError`, 'no mark of an error in results here'));
  if (part.cache !== undefined) lose(lost('cacheMark', `${path}.cache`, 'no cache marks here'));
  const content = part.content.flatMap((inner, index) => {
    const at = `${path}.content[${index}]`;
    const encoded = encodePart(inner, { ...target, path: at, lose });
    return encoded === undefined ? [] : [encoded];
  });
  return {
    ...restFor(DIALECT, part.rest, RESULT_FIELDS),
    type: context.custom.has(part.callId) ? 'custom_tool_call_output' : 'function_call_output',
    call_id: context.ids.forResult(part.callId),
    output: contentOf(content),
  };
}

/** A turn of the model as its items, in their order; texts side by side are one message. */
function encodeTurn(placed: readonly Placed[], context: Context): readonly JsonObject[] {
  const items: JsonObject[] = [];
  const parts = placed.map(({ part }) => part);
  const turns = wholeTurns(parts, context.servers);
  const outcomes = outcomesIn(parts);
  let said: JsonObject[] = [];
  let fields: JsonObject = {};
  const endMessage = (): void => {
    if (said.length > 0) items.push({ ...fields, role: 'assistant', content: said });
    said = [];
  };
  for (const [index, { part, path }] of placed.entries()) {
    if (part.cache !== undefined)
      context.lose(lost('cacheMark', `${path}.cache`, 'no cache marks here'));
    tellState(part, path, context);
    // Beside calls it says nothing, and others send it all the same.
    if (part.type === 'text' && part.text === '' && placed.length > 1) continue;
    const text = spokenPart(part);
    if (part.type === 'text') tellCitations(part, path, context);
    if (text !== undefined) {
      const own = messageFields(part);
      if (JSON.stringify(own) !== JSON.stringify(fields)) endMessage();
      fields = own;
      said.push(text);
      continue;
    }
    endMessage();
    if (part.type === 'reasoning') items.push(...encodeThought({ placed, index }, context));
    else if (isToldTurn(part, turns)) items.push(...mcpItems(part, outcomes));
    else items.push(...encodeOther(part, path, context));
  }
  endMessage();
  return items;
}

function tellState({ type, state = [] }: ContentPart, path: string, { lose }: Context): void {
  if (type === 'reasoning' || state.length === 0) return;
  lose(lost('providerState', `${path}.state`, 'only reasoning carries state here'));
}

function tellCitations(
  { annotations = [] }: Extract<ContentPart, { readonly type: 'text' }>,
  path: string,
  { lose }: Context,
): void {
  for (const [index, annotation] of annotations.entries()) {
    if (writeAnnotation(annotation) !== undefined) continue;
    const why = 'only the addresses of sources can be said here';
    lose(lost('annotations', `${path}.annotations[${index}]`, why));
  }
  const said = annotations.filter((one) => writeAnnotation(one) !== undefined);
  for (const loss of foreignCitations(DIALECT, said, path)) lose(loss);
}

function spokenPart(part: ContentPart): JsonObject | undefined {
  if (part.type === 'text') {
    const annotations = (part.annotations ?? []).flatMap((one) => writeAnnotation(one) ?? []);
    return { type: 'output_text', text: part.text, annotations };
  }
  if (part.type === 'refusal') return { type: 'refusal', refusal: part.text };
  const isContent = part.type === 'opaque' && part.dialect === DIALECT && part.rest !== undefined;
  return isContent && isJsonObject(part.raw) ? part.raw : undefined;
}

/** Of a message's own fields all but its id: that names something kept, and we keep nothing. */
function messageFields(part: ContentPart): JsonObject {
  const item = part.rest?.dialect === DIALECT ? part.rest.fields['item'] : undefined;
  if (!isJsonObject(item)) return {};
  const { id: _id, role: _role, content: _content, type: _type, status: _status, ...own } = item;
  return own;
}

function encodeOther(part: ContentPart, path: string, context: Context): readonly JsonObject[] {
  if (part.type === 'tool-call' && part.isCustom === true) {
    const { id: _id, [CALL_ITEM]: _item, ...own } = restFor(DIALECT, part.rest, CUSTOM_FIELDS);
    const call_id = context.ids.forCall(part.id);
    const { name } = part;
    const input = customInput(part.argumentsJson);
    return [{ ...own, type: 'custom_tool_call', call_id, name, input }];
  }
  if (part.type === 'tool-call') {
    const { id: _id, [CALL_ITEM]: _item, ...own } = restFor(DIALECT, part.rest, CALL_FIELDS);
    // Some look-alikes parse it unseen: a call without arguments must still be JSON.
    const text = part.argumentsJson === '' ? '{}' : part.argumentsJson;
    const call_id = context.ids.forCall(part.id);
    const call = { type: 'function_call', call_id, name: part.name, arguments: text };
    return [{ ...own, ...call }];
  }
  const item = itemOf(part, path, context);
  if (item !== undefined) return [item];
  if (part.type === 'media') return encodeGenerated(part, path, context);
  context.lose(
    part.type === 'server-tool'
      ? lost(
          'serverToolTurn',
          path,
          'a tool that another provider ran can not be given to this one',
        )
      : lost(unsayable(part), path, `a model's turn holds no ${part.type} here`),
  );
  return [];
}

/** Media that a model made have no place in its turn; of what it said there, the words have. */
function encodeGenerated(
  { kind, transcript = '' }: MediaPart,
  path: string,
  { lose }: Context,
): readonly JsonObject[] {
  if (transcript === '') {
    lose(lost('generatedMedia', path, `a model's turn holds no ${kind} here`));
    return [];
  }
  lose(changed('generatedMedia', path, 'emulated', 'what was said goes back as text'));
  const said = { type: 'output_text', text: transcript, annotations: [] };
  return [{ role: 'assistant', content: [said] }];
}

interface InTurn {
  readonly placed: readonly Placed[];
  readonly index: number;
}

/**
 * Thoughts go back as the item that they came in, with its encrypted content: the provider keeps
 * nothing, and refuses an item that it can't find. The item is written where its last part stands.
 */
function encodeThought({ placed, index }: InTurn, context: Context): readonly JsonObject[] {
  const part = thoughtAt(placed, index);
  if (part === undefined) return [];
  const id = stateOf(part, 'item-id', context.target);
  if (id !== undefined && idAt(placed, index + 1, context.target) === id) return [];
  const parts: ReasoningPart[] = [part];
  for (let at = index - 1; id !== undefined && idAt(placed, at, context.target) === id; at -= 1) {
    const before = thoughtAt(placed, at);
    if (before !== undefined) parts.unshift(before);
  }
  const encrypted = stateOf(part, 'encrypted', context.target);
  if (encrypted === undefined) {
    for (let at = index - parts.length + 1; at <= index; at += 1) {
      const why = 'reasoning that this provider did not encrypt can not go back to it';
      context.lose(lost('earlierReasoning', placed[at]?.path ?? '', why));
    }
    return [];
  }
  const texts = (form: 'full' | 'summary', type: string): readonly JsonObject[] =>
    parts.flatMap((one) =>
      one.text === undefined || (one.form ?? 'summary') !== form ? [] : [{ type, text: one.text }],
    );
  const content = texts('full', 'reasoning_text');
  return [
    {
      type: 'reasoning',
      ...(id === undefined ? {} : { id }),
      summary: texts('summary', 'summary_text'),
      ...(content.length === 0 ? {} : { content }),
      encrypted_content: encrypted,
    },
  ];
}

function thoughtAt(placed: readonly Placed[], index: number): ReasoningPart | undefined {
  const part = placed[index]?.part;
  return part?.type === 'reasoning' ? part : undefined;
}

function idAt(placed: readonly Placed[], index: number, target: Target): string | undefined {
  const part = thoughtAt(placed, index);
  return part === undefined ? undefined : stateOf(part, 'item-id', target);
}

const stateOf = (
  part: ReasoningPart,
  wanted: 'item-id' | 'encrypted',
  target: Target,
): string | undefined =>
  part.state?.find(
    ({ kind, origin }) => kind === wanted && isSameOrigin(origin, target.origin, DIALECT),
  )?.data;
