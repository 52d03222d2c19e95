/** Tells the governance service what its users spent, at that service's pace. */
export interface Outbox {
  /** Sends what waits until nothing does, a sending fails, or the time is up. */
  flush(deadlineMs: number): Promise<void>;
  /** Stops; what was not acknowledged stays, and goes on after the next start. */
  close(): Promise<void>;
}
