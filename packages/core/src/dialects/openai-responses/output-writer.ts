import type { SharedTurn } from '../../chat/content-part.ts';
import { type Loss, lost } from '../../chat/loss.ts';
import type { PartDelta, PartStart, StreamEvent } from '../../chat/stream-event.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { customInput } from '../openai-custom.ts';
import { restFor } from '../rest-of.ts';
import { writeAnnotation } from './annotations.ts';
import { DIALECT } from './dialect-name.ts';
import { CALL_ITEM, REASONING_FIELDS } from './item-kind.ts';
import {
  addedEvent,
  callFields,
  doneEvent,
  eventAt,
  isContent,
  isCustom,
  messageFields,
  type OpenItem,
  ownFields,
  type Slot,
  slotBegins,
  slotEnds,
  slotGrows,
  slotValue,
  type WireFields,
  wholeOf,
} from './item-writer.ts';
import { writeLogprob } from './logprobs.ts';
import { createMcpWriter } from './mcp-writer.ts';

type PartEvent = Extract<StreamEvent, { readonly part: number }>;

/** Writes the parts of a choice as items of the output, each begun, filled and ended. */
export interface OutputWriter {
  write(event: PartEvent): readonly WireFields[];
  /** Ends what is open. */
  end(): readonly WireFields[];
  /** The items so far, whole. */
  output(): readonly JsonObject[];
}

/** A part of the hub while it is written. */
interface Part {
  readonly start: PartStart;
  readonly path: string;
  item: OpenItem | undefined;
  slot: Slot | undefined;
  /** Of thoughts: known before their text where it is known at all. */
  itemId: string | undefined;
  /** Of what a provider's tool did, in words that others have too: the latest. */
  shared: SharedTurn | undefined;
  /** Bytes of an image, or what a custom tool is called with, which go out whole. */
  held: string;
}

const SPOKEN = new Set<PartStart['type']>(['text', 'refusal', 'reasoning']);

/**
 * Texts that belong to one message, and thoughts of one item, stand in one; the item waits for the
 * next part to know that it is over. Parts that overlap become items that do: nothing is held back.
 */
export function createOutputWriter(idSeed: string, lose: (loss: Loss) => void): OutputWriter {
  const parts = new Map<number, Part>();
  const items: OpenItem[] = [];
  const open = new Set<OpenItem>();
  let current: OpenItem | undefined;

  const close = (item: OpenItem): readonly WireFields[] => {
    open.delete(item);
    if (current === item) current = undefined;
    return [doneEvent(item)];
  };
  const closeCurrent = (): readonly WireFields[] =>
    current === undefined || current.openParts > 0 ? [] : close(current);

  const begin = (type: string, prefix: string, head: JsonObject): readonly WireFields[] => {
    const closed = closeCurrent();
    const told = head['id'];
    const id =
      typeof told === 'string' && told !== '' ? told : `${prefix}_${idSeed}_${items.length}`;
    const item: OpenItem = {
      type,
      index: items.length,
      id,
      head: { ...head, id },
      key: JSON.stringify(head),
      content: [],
      summary: [],
      openParts: 0,
      arguments: '',
      encrypted: undefined,
      raw: undefined,
    };
    items.push(item);
    open.add(item);
    current = item;
    return [...closed, addedEvent(item)];
  };

  const writeMcp = createMcpWriter({ begin, begun: () => current, close, lose });

  /** The item that a part goes into: the current one, where that is whole and has the same fields. */
  const join = (type: string, prefix: string, head: JsonObject): readonly WireFields[] => {
    const isSame =
      current?.type === type && current.openParts === 0 && current.key === JSON.stringify(head);
    return isSame ? [] : begin(type, prefix, head);
  };

  const beginSlot = (part: Part, type: Slot['type']): readonly WireFields[] => {
    const item = current;
    if (item === undefined) return [];
    const list = type === 'summary_text' ? 'summary' : 'content';
    const slot: Slot = {
      list,
      index: item[list].length,
      type,
      own: ownFields(part.start),
      text: '',
      annotations: [],
      logprobs: [],
    };
    part.item = item;
    part.slot = slot;
    item.openParts += 1;
    // Its place is taken at once: others may begin before it ends.
    item[list].push(slotValue(slot));
    return [slotBegins(item, slot)];
  };

  const beginMessagePart = (part: Part, type: Slot['type']): readonly WireFields[] => {
    const head = { ...messageFields(part.start), type: 'message', role: 'assistant' };
    return [...join('message', 'msg', head), ...beginSlot(part, type)];
  };

  /** Thoughts begin with what they say, or with the first state: only then is their item's id known. */
  const beginThought = (part: Part, hasText: boolean): readonly WireFields[] => {
    const { start } = part;
    if (start.type !== 'reasoning') return [];
    const isFull = start.form === 'full';
    const head: JsonObject = {
      ...restFor(DIALECT, start.rest, REASONING_FIELDS),
      type: 'reasoning',
      ...(part.itemId === undefined ? {} : { id: part.itemId }),
    };
    // An item's summary goes before its content; without an id nothing says that two belong together.
    const isApart =
      part.itemId === undefined ||
      current?.encrypted !== undefined ||
      (!isFull && (current?.content.length ?? 0) > 0);
    const begun = isApart ? begin('reasoning', 'rs', head) : join('reasoning', 'rs', head);
    if (hasText) return [...begun, ...beginSlot(part, isFull ? 'reasoning_text' : 'summary_text')];
    part.item = current;
    if (current !== undefined) current.openParts += 1;
    return begun;
  };

  const beginCall = (
    part: Part,
    start: Extract<PartStart, { type: 'tool-call' }>,
  ): readonly WireFields[] => {
    const fields = callFields(start);
    const own = fields[CALL_ITEM];
    if (isJsonObject(own)) return beginWhole(part, own);
    if (start.isCustom === true) {
      const custom = { type: 'custom_tool_call', call_id: start.id, name: start.name, input: '' };
      return beginWhole(part, custom);
    }
    const head = {
      ...fields,
      type: 'function_call',
      call_id: start.id,
      name: start.name,
    };
    const begun = begin('function_call', 'fc', head);
    part.item = current;
    if (current !== undefined) current.openParts += 1;
    return begun;
  };

  const beginWhole = (part: Part, raw: JsonObject): readonly WireFields[] => {
    const begun = begin(String(raw['type']), 'item', raw);
    part.item = current;
    if (current !== undefined) {
      current.raw = current.head;
      current.openParts += 1;
    }
    return begun;
  };

  const beginPart = (index: number, start: PartStart): readonly WireFields[] => {
    const path = `choices[0].content[${index}]`;
    const part: Part = {
      start,
      path,
      item: undefined,
      slot: undefined,
      itemId: undefined,
      shared: start.type === 'server-tool' ? start.shared : undefined,
      held: '',
    };
    parts.set(index, part);
    switch (start.type) {
      case 'text':
        return beginMessagePart(part, 'output_text');
      case 'refusal':
        return beginMessagePart(part, 'refusal');
      case 'reasoning':
        return [];
      case 'tool-call':
        return beginCall(part, start);
      case 'media':
        if (start.kind !== 'image' || start.url !== undefined || start.fileId !== undefined) {
          lose(lost('replyMedia', path, `a response has no place for this ${start.kind}`));
        }
        return [];
      case 'server-tool':
      case 'opaque':
        if (start.dialect === DIALECT && isJsonObject(start.raw)) {
          return isContent(start) ? writeContent(part, start.raw) : beginWhole(part, start.raw);
        }
        if (start.type === 'server-tool' && start.shared !== undefined) return [];
        lose(
          start.type === 'opaque'
            ? lost('foreignTurn', path, 'content that only another dialect knows')
            : lost('serverToolTurn', path, 'a tool that another provider ran has no place here'),
        );
        return [];
    }
  };

  /** A part of a message that we have no words for, as it came. */
  const writeContent = (part: Part, raw: JsonObject): readonly WireFields[] => {
    const head = { ...messageFields(part.start), type: 'message', role: 'assistant' };
    const begun = join('message', 'msg', head);
    if (current === undefined) return begun;
    const at = { content_index: current.content.length, part: raw };
    current.content.push(raw);
    return [
      ...begun,
      eventAt(current, 'response.content_part.added', at),
      eventAt(current, 'response.content_part.done', at),
    ];
  };

  const say = (part: Part, text: string): readonly WireFields[] => {
    const begun =
      part.start.type === 'reasoning' && part.item === undefined ? beginThought(part, true) : [];
    const { item, slot } = part;
    if (item === undefined || slot === undefined || text === '') return begun;
    slot.text += text;
    return [...begun, slotGrows(item, slot, text, [])];
  };

  const grow = (part: Part, delta: PartDelta): readonly WireFields[] => {
    const { item, slot } = part;
    switch (delta.type) {
      case 'text':
        return SPOKEN.has(part.start.type) ? say(part, delta.text) : [];
      case 'arguments':
        if (isCustom(part.start)) part.held += delta.json;
        if (item === undefined || item.raw !== undefined || delta.json === '') return [];
        item.arguments += delta.json;
        return [eventAt(item, 'response.function_call_arguments.delta', { delta: delta.json })];
      case 'annotation':
        return growAnnotation(part, delta);
      case 'logprobs': {
        if (item === undefined || slot === undefined) return [];
        const logprobs = delta.logprobs.map(writeLogprob);
        slot.logprobs.push(...logprobs);
        return [slotGrows(item, slot, '', logprobs)];
      }
      case 'state':
        return growState(part, delta);
      case 'raw':
        if (item !== undefined && item.raw !== undefined) item.raw = delta.raw;
        if (delta.shared !== undefined) part.shared = delta.shared;
        return [];
      case 'data':
        part.held += delta.base64;
        return [];
      case 'transcript':
        return [];
    }
  };

  const growAnnotation = (
    part: Part,
    { annotation }: Extract<PartDelta, { type: 'annotation' }>,
  ): readonly WireFields[] => {
    const { item, slot } = part;
    const written = writeAnnotation(annotation);
    if (written === undefined) {
      lose(
        lost('annotations', `${part.path}.annotations`, 'this kind of citation has no place here'),
      );
      return [];
    }
    if (item === undefined || slot === undefined) return [];
    const at = { content_index: slot.index, annotation_index: slot.annotations.length };
    slot.annotations.push(written);
    const fields = { ...at, annotation: written };
    return [eventAt(item, 'response.output_text.annotation.added', fields)];
  };

  const growState = (
    part: Part,
    { state }: Extract<PartDelta, { type: 'state' }>,
  ): readonly WireFields[] => {
    if (part.start.type === 'reasoning') {
      if (state.kind === 'item-id' && part.item === undefined) {
        part.itemId = state.data;
        return [];
      }
      // Another dialect's encrypted thoughts would come back to us as this dialect's own.
      const isOwn = part.itemId !== undefined || state.origin.provider === DIALECT;
      if (state.kind === 'encrypted' && isOwn) {
        const begun = part.item === undefined ? beginThought(part, false) : [];
        if (part.item !== undefined) part.item.encrypted = state.data;
        return begun;
      }
    }
    lose(lost('providerState', `${part.path}.state`, "the provider's state has no place here"));
    return [];
  };

  const endPart = (index: number): readonly WireFields[] => {
    const part = parts.get(index);
    if (part === undefined) return [];
    parts.delete(index);
    const begun =
      part.start.type === 'reasoning' && part.item === undefined ? beginThought(part, false) : [];
    const whole = [...endArguments(part), ...endCustom(part), ...endImage(part), ...writeMcp(part)];
    const ended = [...begun, ...endSlot(part), ...whole];
    const { item } = part;
    if (item === undefined) return ended;
    item.openParts -= 1;
    const isOver = item.openParts === 0 && (item !== current || !isShared(item));
    return isOver ? [...ended, ...close(item)] : ended;
  };

  const isShared = ({ type }: OpenItem): boolean => type === 'message' || type === 'reasoning';

  const endSlot = ({ item, slot }: Part): readonly WireFields[] => {
    if (item === undefined || slot === undefined) return [];
    item[slot.list][slot.index] = slotValue(slot);
    return slotEnds(item, slot);
  };

  const endArguments = ({ item, start }: Part): readonly WireFields[] => {
    if (item === undefined || item.raw !== undefined || start.type !== 'tool-call') return [];
    const events: WireFields[] = [];
    if (item.arguments === '') {
      // Clients parse arguments unseen: a call without any must still be JSON.
      item.arguments = '{}';
      events.push(eventAt(item, 'response.function_call_arguments.delta', { delta: '{}' }));
    }
    const fields = { name: start.name, arguments: item.arguments };
    return [...events, eventAt(item, 'response.function_call_arguments.done', fields)];
  };

  /** What a custom tool is called with is known once its arguments are whole. */
  const endCustom = (part: Part): readonly WireFields[] => {
    const { item } = part;
    if (item?.raw === undefined || !isCustom(part.start) || item.raw['input'] !== '') return [];
    const input = customInput(part.held);
    item.raw = { ...item.raw, input };
    return [
      eventAt(item, 'response.custom_tool_call_input.delta', { delta: input }),
      eventAt(item, 'response.custom_tool_call_input.done', { input }),
    ];
  };

  /** An image that a model made stands here as the result of the tool that makes images. */
  const endImage = (part: Part): readonly WireFields[] => {
    if (part.start.type !== 'media' || part.held === '') return [];
    const head = { type: 'image_generation_call', status: 'completed', result: part.held };
    const begun = begin('image_generation_call', 'ig', head);
    return current === undefined ? begun : [...begun, ...close(current)];
  };

  return {
    write(event) {
      switch (event.type) {
        case 'part-start':
          return beginPart(event.part, event.start);
        case 'part-delta': {
          const part = parts.get(event.part);
          return part === undefined ? [] : grow(part, event.delta);
        }
        case 'part-end':
          return endPart(event.part);
      }
    },
    end: () => [
      ...[...parts.keys()].flatMap((index) => endPart(index)),
      ...[...open].flatMap((item) => close(item)),
    ],
    output: () => items.map(wholeOf),
  };
}
