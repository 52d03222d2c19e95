/** Ids and randomness as a dependency. Ids that decide money come from here, never from a header. */
export interface Ids {
  /** UUIDv7. */
  callId(): string;
  /** A random id with a prefix: `chatcmpl-…`, `call_…`. */
  prefixed(prefix: string): string;
  /** Uniform in [0, 1). */
  random(): number;
}
