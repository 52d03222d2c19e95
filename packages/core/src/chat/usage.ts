/**
 * Where a count came from: `provider` counted it, we made an `estimate`, or the call was
 * `interrupted` and we counted what had passed.
 */
export type Provenance = 'provider' | 'estimate' | 'interrupted';

/**
 * Tokens in disjoint classes, so that they add up: the one normal form behind every face and the
 * ledger. Each field is a non-negative integer or absent; absent is unknown, not zero.
 */
export interface Usage {
  readonly input: {
    readonly uncached?: number;
    readonly cacheRead?: number;
    /** Written with the provider's short, default lifetime. */
    readonly cacheWrite5m?: number;
    readonly cacheWrite1h?: number;
    readonly audio?: number;
    readonly image?: number;
  };
  readonly output: {
    /** Everything the model wrote that isn't in another class, tool calls included. */
    readonly text?: number;
    readonly reasoning?: number;
    readonly audio?: number;
    readonly image?: number;
    /** Of a predicted output that the client gave: what came to be said, and what was in vain. */
    readonly acceptedPrediction?: number;
    readonly rejectedPrediction?: number;
  };
  /** Calls of server-run tools by the provider's name for them. */
  readonly serverTools?: { readonly [name: string]: number };
  readonly provenance: Provenance;
}

const sum = (parts: { readonly [name: string]: number | undefined }): number => {
  let total = 0;
  for (const value of Object.values(parts)) total += value ?? 0;
  return total;
};

/** All input, cached or not. */
export const inputTokens = (usage: Usage): number => sum(usage.input);

/** All output, reasoning included. */
export const outputTokens = (usage: Usage): number => sum(usage.output);
