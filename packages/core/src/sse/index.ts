export type { SseEvent } from './sse-event.ts';
