/** One server-sent event, after framing is gone. `data` joins its lines with a line feed. */
export interface SseEvent {
  readonly event?: string;
  readonly data: string;
}
