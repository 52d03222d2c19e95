/** Tells others what happened here, each at its own pace. */
export interface Outbox {
  /** Something was put into the store. */
  wake(): void;
  /** Sends what waits until nothing does, a sending fails, or the time is up. */
  flush(deadlineMs: number): Promise<void>;
  /** Stops; what was not acknowledged stays, and goes on after the next start under its key. */
  close(): Promise<void>;
}
