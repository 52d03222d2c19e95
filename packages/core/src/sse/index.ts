export { renderSse, SSE_DONE } from './render-sse.ts';
export type { SseEvent } from './sse-event.ts';
export { createSseParser, type SseParser } from './sse-parser.ts';
export {
  createSseSplitter,
  joinPieces,
  MAX_EVENT_BYTES,
  type SseOverflow,
  type SsePiece,
  type SseSplitter,
} from './sse-splitter.ts';
export { withData } from './with-data.ts';
