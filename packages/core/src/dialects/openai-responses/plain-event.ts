import { isJsonObject } from '../../json/json-value.ts';
import { fitsShape, type Shape } from '../fits-shape.ts';
import { WireEvent } from './reply-wire.ts';

const EVENT: Shape = {
  item_id: 'text',
  output_index: 'count',
  content_index: 'count',
  summary_index: 'count',
  item: 'absent',
  part: 'absent',
  delta: 'text',
  text: 'text',
  refusal: 'text',
  arguments: 'text',
  annotation: 'absent',
  logprobs: 'empty',
};

/** True for an event of words, which nearly all are, where its schema has nothing to mend. */
export const isPlainEvent = (value: unknown): value is WireEvent =>
  isJsonObject(value) && typeof value['type'] === 'string' && fitsShape(value, EVENT);

export const readWireEvent = (
  value: unknown,
): { readonly success: true; readonly data: WireEvent } | { readonly success: false } =>
  isPlainEvent(value) ? { success: true, data: value } : WireEvent.safeParse(value);
