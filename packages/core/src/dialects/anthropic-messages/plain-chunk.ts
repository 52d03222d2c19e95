import { isJsonObject } from '../../json/json-value.ts';
import { fitsShape, type Shape } from '../fits-shape.ts';
import type { WireChunk } from './wire.ts';

const DELTA: Shape = {
  index: 'number',
  message: 'absent',
  content_block: 'absent',
  delta: {
    type: 'text',
    text: 'text',
    thinking: 'text',
    signature: 'text',
    stop_reason: 'text',
    stop_sequence: 'text',
  },
  usage: 'absent',
};

/** True for the event that nearly all of a stream is made of, where its schema has nothing to mend. */
export const isPlainChunk = (value: unknown): value is WireChunk =>
  isJsonObject(value) && value['type'] === 'content_block_delta' && fitsShape(value, DELTA);
