export { createStreamDecoder } from './stream-decoder.ts';
export { createStreamEncoder } from './stream-encoder.ts';
