/** Estimates tokens where a provider sent no count. Never on the path of a first byte. */
export interface TokenCounter {
  /** Bounded: text beyond the counter's limit is extrapolated. Unknown models use a common encoding. */
  count(text: string, model: string): Promise<number>;
}
