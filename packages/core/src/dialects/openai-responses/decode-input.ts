import type { ContentPart } from '../../chat/content-part.ts';
import type { GatewayError } from '../../chat/error.ts';
import type { Message, Role } from '../../chat/message.ts';
import type { ProviderState } from '../../chat/provider-state.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { err, ok, type Result } from '../../result.ts';
import { customArguments } from '../openai-custom.ts';
import { restOf } from '../rest-of.ts';
import { DIALECT } from './dialect-name.ts';
import {
  CALL_FIELDS,
  CUSTOM_FIELDS,
  MESSAGE_FIELDS,
  REASONING_FIELDS,
  wholePart,
} from './item-kind.ts';
import { decodeContent } from './parts.ts';
import {
  isMessageItem,
  isTypedItem,
  type WireItem,
  type WireMessageItem,
  type WireRequest,
  type WireTypedItem,
} from './wire.ts';

/** State in a client's own history: which provider made it, the body doesn't say. */
const ORIGIN = { provider: DIALECT };

/** Messages while they are read: what the model said in one turn stands in one. */
interface Reading {
  readonly messages: { role: Role; content: ContentPart[] }[];
  /** Calls seen so far: a result must answer one. */
  readonly calls: Set<string>;
  /** Calls of custom tools that are answered: what else looks like one, its provider ran itself. */
  readonly answered: ReadonlySet<string>;
}

/**
 * In the client's order. The items of one turn of the model (thoughts, text, calls) are one message;
 * two texts in a row are one only where ids tell that they are a model's own.
 */
export function decodeInput(
  wire: WireRequest,
  /** All that was said before stands in the input: nothing is where we can't see it. */
  isWhole = false,
): Result<readonly Message[], GatewayError> {
  const answered = new Set(answersIn(wire).map(({ call_id }) => call_id));
  const reading: Reading = { messages: [], calls: new Set(), answered };
  if (typeof wire.instructions === 'string' && wire.instructions !== '') {
    add(reading, 'system', [{ type: 'text', text: wire.instructions }]);
  }
  if (typeof wire.input === 'string') {
    add(reading, 'user', [{ type: 'text', text: wire.input }]);
    return ok(reading.messages);
  }
  // Calls may stand in what the provider keeps, where we can't see them.
  const isContinued = !isWhole && Boolean(wire.previous_response_id || wire.conversation);
  for (const [index, item] of (wire.input ?? []).entries()) {
    if (isMessageItem(item)) addMessage(reading, item);
    else if (!isTypedItem(item)) addWhole(reading, item);
    else if (item.type === 'custom_tool_call_output') {
      if (reading.calls.has(item.call_id)) addResult(reading, item);
      else addWhole(reading, item);
    } else if (item.type !== 'function_call_output') addTurn(reading, item);
    else if (isContinued || reading.calls.has(item.call_id)) addResult(reading, item);
    else return err(orphan(index));
  }
  return ok(reading.messages);
}

const orphan = (index: number): GatewayError => ({
  kind: 'invalid_request',
  path: `input[${index}].call_id`,
  detail: 'answers no function_call before it',
});

const add = (reading: Reading, role: Role, content: readonly ContentPart[]): void => {
  reading.messages.push({ role, content: [...content] });
};

function addToTurn(reading: Reading, content: readonly ContentPart[]): void {
  const last = reading.messages.at(-1);
  if (last?.role === 'assistant') last.content.push(...content);
  else add(reading, 'assistant', content);
}

function addMessage(reading: Reading, item: WireMessageItem): void {
  const fields = restOf(DIALECT, item, MESSAGE_FIELDS)?.fields;
  const content = decodeContent(item.content, fields);
  if (item.role !== 'assistant') {
    add(reading, item.role, content);
    return;
  }
  const last = reading.messages.at(-1);
  const hasSpoken = last?.content.some(({ type }) => type === 'text' || type === 'refusal');
  if (hasSpoken === true && !item.id) add(reading, 'assistant', content);
  else addToTurn(reading, content);
}

type TurnItem = Exclude<WireTypedItem, ResultItem>;

function addTurn(reading: Reading, item: TurnItem): void {
  if (item.type === 'reasoning') {
    addToTurn(reading, thoughtsOf(item));
    return;
  }
  if (item.type === 'custom_tool_call' && !reading.answered.has(item.call_id)) {
    addWhole(reading, item);
    return;
  }
  reading.calls.add(item.call_id);
  const isCustom = item.type === 'custom_tool_call';
  const rest = restOf(DIALECT, item, isCustom ? CUSTOM_FIELDS : CALL_FIELDS);
  addToTurn(reading, [
    {
      type: 'tool-call',
      id: item.call_id,
      name: item.name,
      ...(isCustom
        ? { argumentsJson: customArguments(item.input), isCustom }
        : { argumentsJson: item.arguments }),
      ...(rest === undefined ? {} : { rest }),
    },
  ]);
}

/** A part for each text; what belongs to the item as a whole stands on the first and the last. */
function thoughtsOf(
  item: Extract<WireTypedItem, { readonly type: 'reasoning' }>,
): readonly ContentPart[] {
  const rest = restOf(DIALECT, item, REASONING_FIELDS);
  const texts = [
    ...(item.summary ?? []).map(({ text }) => ({ text, form: 'summary' as const })),
    ...(item.content ?? []).map(({ text }) => ({ text, form: 'full' as const })),
  ];
  const told = texts.length === 0 ? [{}] : texts;
  return told.map((text, index): ContentPart => {
    const state: ProviderState[] = [];
    if (item.id) state.push({ origin: ORIGIN, kind: 'item-id', data: item.id });
    if (item.encrypted_content && index === told.length - 1) {
      state.push({ origin: ORIGIN, kind: 'encrypted', data: item.encrypted_content });
    }
    return {
      type: 'reasoning',
      ...text,
      ...(state.length === 0 ? {} : { state }),
      ...(rest === undefined ? {} : { rest }),
    };
  });
}

type ResultItem = Extract<
  WireTypedItem,
  { readonly type: 'function_call_output' | 'custom_tool_call_output' }
>;

function answersIn({ input }: WireRequest): readonly ResultItem[] {
  if (!Array.isArray(input)) return [];
  return input.flatMap((item) =>
    isTypedItem(item) && item.type === 'custom_tool_call_output' ? [item] : [],
  );
}

const RESULT_FIELDS: ReadonlySet<string> = new Set(['type', 'call_id', 'output', 'id', 'status']);

function addResult(reading: Reading, item: ResultItem): void {
  const rest = restOf(DIALECT, item, RESULT_FIELDS);
  const content = decodeContent(item.output).filter(
    (part) => part.type === 'text' || part.type === 'media' || part.type === 'opaque',
  );
  const result: ContentPart = {
    type: 'tool-result',
    callId: item.call_id,
    content,
    ...(rest === undefined ? {} : { rest }),
  };
  add(reading, 'tool', [result]);
}

/** Items that we have no words for, as they came: the model's own in its turn, answers beside it. */
function addWhole(reading: Reading, item: WireItem): void {
  // Parsed JSON, as it came: the schema only looked at its `type`.
  const part = wholePart(item as JsonObject);
  const type = typeof item.type === 'string' ? item.type : '';
  const callId = item['call_id'];
  if (typeof callId === 'string') reading.calls.add(callId);
  const isAnswer = part.type === 'opaque' && /_(output|response)$/.test(type);
  if (isAnswer) add(reading, 'user', [part]);
  else addToTurn(reading, [part]);
}
