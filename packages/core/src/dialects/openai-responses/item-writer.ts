import type { PartStart } from '../../chat/stream-event.ts';
import type { JsonObject, JsonValue } from '../../json/json-value.ts';
import { restFor } from '../rest-of.ts';
import { DIALECT } from './dialect-name.ts';
import { CALL_FIELDS, MESSAGE_FIELDS, PART_FIELDS } from './item-kind.ts';

/** An event's own fields; its sequence number is given by whoever sends it. */
export interface WireFields {
  readonly type: string;
  readonly [field: string]: JsonValue;
}

/** A piece of an item's content or summary while it is written. */
export interface Slot {
  readonly list: 'content' | 'summary';
  readonly index: number;
  readonly type: 'output_text' | 'refusal' | 'reasoning_text' | 'summary_text';
  readonly own: JsonObject;
  text: string;
  readonly annotations: JsonObject[];
  readonly logprobs: JsonObject[];
}

/** An item of the output while it is written. Written to in place: a copy per delta would be quadratic. */
export interface OpenItem {
  readonly type: string;
  readonly index: number;
  readonly id: string;
  /** Fields that its beginning and its end have alike. */
  readonly head: JsonObject;
  /** What it was begun with: parts with the same stand in one item. */
  readonly key: string;
  readonly content: JsonObject[];
  readonly summary: JsonObject[];
  /** Parts of the hub that go into it and aren't over. */
  openParts: number;
  arguments: string;
  encrypted: string | undefined;
  raw: JsonObject | undefined;
}

/** The item's events, in order; `at` names the item in each. */
export const eventAt = (item: OpenItem, type: string, fields: JsonObject): WireFields => ({
  type,
  item_id: item.id,
  output_index: item.index,
  ...fields,
});

export const addedEvent = (item: OpenItem): WireFields => ({
  type: 'response.output_item.added',
  output_index: item.index,
  item: beginningOf(item),
});

export const doneEvent = (item: OpenItem): WireFields => ({
  type: 'response.output_item.done',
  output_index: item.index,
  item: wholeOf(item),
});

function beginningOf(item: OpenItem): JsonObject {
  switch (item.type) {
    case 'message':
      return { ...item.head, status: 'in_progress', content: [] };
    case 'function_call':
      return { ...item.head, status: 'in_progress', arguments: '' };
    case 'reasoning':
      return { ...item.head, summary: [] };
    default:
      return item.head;
  }
}

/** A call that was cut off must not be run. */
const statusOf = ({ openParts }: OpenItem): 'completed' | 'incomplete' =>
  openParts > 0 ? 'incomplete' : 'completed';

/** As it stands in the finished response. */
export function wholeOf(item: OpenItem): JsonObject {
  switch (item.type) {
    case 'message':
      return { ...item.head, status: statusOf(item), content: item.content };
    case 'function_call':
      return { ...item.head, status: statusOf(item), arguments: item.arguments };
    case 'reasoning':
      return {
        ...item.head,
        summary: item.summary,
        ...(item.content.length === 0 ? {} : { content: item.content }),
        ...(item.encrypted === undefined ? {} : { encrypted_content: item.encrypted }),
      };
    default:
      return item.raw ?? item.head;
  }
}

/** A message's own fields, as its parts keep them; parts with the same ones stand in one message. */
export function messageFields(start: PartStart): JsonObject {
  const { item } = start.type === 'opaque' ? placed(start) : restFor(DIALECT, start.rest, NONE);
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return {};
  return Object.fromEntries(
    Object.entries(item).filter(
      (field): field is [string, JsonValue] => !MESSAGE_FIELDS.has(field[0]),
    ),
  );
}

const NONE: ReadonlySet<string> = new Set();

const placed = (start: { readonly rest?: { readonly fields: JsonObject } }): JsonObject =>
  start.rest?.fields ?? {};

/** Fields of a part that the hub has no word for. */
export const ownFields = (start: PartStart): JsonObject =>
  start.type === 'opaque' ? {} : restFor(DIALECT, start.rest, PART_FIELDS);

export const callFields = (start: PartStart): JsonObject =>
  start.type === 'tool-call' ? restFor(DIALECT, start.rest, CALL_FIELDS) : {};

/** A part of a message that we have no words for. */
export const isContent = (start: PartStart): boolean =>
  start.type === 'opaque' && start.rest?.fields['item'] !== undefined;

export const isCustom = (start: PartStart): boolean =>
  start.type === 'tool-call' && start.isCustom === true;

/** A slot as it stands in its item. */
export function slotValue(slot: Slot): JsonObject {
  switch (slot.type) {
    case 'output_text':
      return {
        ...slot.own,
        type: slot.type,
        text: slot.text,
        annotations: slot.annotations,
        logprobs: slot.logprobs,
      };
    case 'refusal':
      return { ...slot.own, type: slot.type, refusal: slot.text };
    default:
      return { type: slot.type, text: slot.text };
  }
}

const WORDS = {
  output_text: { part: 'response.content_part', text: 'response.output_text', field: 'text' },
  refusal: { part: 'response.content_part', text: 'response.refusal', field: 'refusal' },
  reasoning_text: { part: 'response.content_part', text: 'response.reasoning_text', field: 'text' },
  summary_text: {
    part: 'response.reasoning_summary_part',
    text: 'response.reasoning_summary_text',
    field: 'text',
  },
} as const satisfies Record<Slot['type'], unknown>;

const placeOf = (slot: Slot): JsonObject =>
  slot.list === 'summary' ? { summary_index: slot.index } : { content_index: slot.index };

export function slotBegins(item: OpenItem, slot: Slot): WireFields {
  const part = slotValue({ ...slot, text: '', annotations: [], logprobs: [] });
  return eventAt(item, `${WORDS[slot.type].part}.added`, { ...placeOf(slot), part });
}

export function slotGrows(
  item: OpenItem,
  slot: Slot,
  delta: string,
  logprobs: readonly JsonObject[],
): WireFields {
  return eventAt(item, `${WORDS[slot.type].text}.delta`, {
    ...placeOf(slot),
    delta,
    ...(slot.type === 'output_text' ? { logprobs } : {}),
  });
}

export function slotEnds(item: OpenItem, slot: Slot): readonly WireFields[] {
  const { part, text, field } = WORDS[slot.type];
  const place = placeOf(slot);
  return [
    eventAt(item, `${text}.done`, {
      ...place,
      [field]: slot.text,
      ...(slot.type === 'output_text' ? { logprobs: slot.logprobs } : {}),
    }),
    eventAt(item, `${part}.done`, { ...place, part: slotValue(slot) }),
  ];
}
