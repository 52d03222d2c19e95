import { fitsShape, type Shape } from '../fits-shape.ts';
import { WireChunk } from './reply-wire.ts';

const CHUNK: Shape = {
  id: 'text',
  model: 'text',
  created: 'number',
  service_tier: 'text',
  search_results: 'empty',
  citations: 'empty',
  choices: [
    {
      index: 'count',
      delta: {
        content: 'text',
        reasoning_content: 'text',
        reasoning: 'text',
        reasoning_details: 'empty',
        refusal: 'text',
        audio: 'absent',
        images: 'empty',
        annotations: 'empty',
        tool_calls: 'empty',
        function_call: 'absent',
      },
      message: 'absent',
      finish_reason: 'text',
      logprobs: 'absent',
    },
  ],
};

/** True for a chunk of words, which nearly all are, where its schema has nothing to mend. */
export const isPlainChunk = (value: unknown): value is WireChunk => fitsShape(value, CHUNK);

export const readWireChunk = (
  value: unknown,
): { readonly success: true; readonly data: WireChunk } | { readonly success: false } =>
  isPlainChunk(value) ? { success: true, data: value } : WireChunk.safeParse(value);
