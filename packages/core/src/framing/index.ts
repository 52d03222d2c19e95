export type { Framing } from './framing.ts';
export type { FramingFault } from './message-decoder.ts';
export { createStreamSplitter, mediaTypeOf, type StreamPiece } from './stream-splitter.ts';
