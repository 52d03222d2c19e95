import type { Loss } from '../chat/loss.ts';
import type { Rest } from '../chat/rest.ts';
import type { Usage } from '../chat/usage.ts';

/** What is to be embedded: text, or tokens of the model's own vocabulary. */
export type EmbeddingItem = string | readonly number[];

/** The one embedding request that every dialect decodes to and is encoded from. */
export interface EmbeddingRequest {
  /** As the client named it; the encoder writes the target's own name. */
  readonly model: string;
  readonly input: readonly EmbeddingItem[];
  /** Length of the vectors; absent: the model's own. */
  readonly dimensions?: number;
  /** How vectors are wanted on the wire; absent: as numbers. */
  readonly encoding?: 'float' | 'base64';
  /** What numbers vectors are made of; absent: floats. Bits come packed, eight a number. */
  readonly vectorType?: 'int8' | 'uint8' | 'binary' | 'ubinary';
  /** What the vectors are for: one of `TASKS`, or what a provider invents. */
  readonly task?: string;
  /** Of the document that is embedded. */
  readonly title?: string;
  /** Where an input that is too long is cut; absent: nowhere, it is refused. */
  readonly truncate?: 'start' | 'end' | 'none';
  readonly endUser?: string;
  /** Unknown top-level fields, for the same dialect only. */
  readonly rest?: Rest;
}

/** What vectors are made for, as far as several providers tell it apart. */
export const TASKS = ['query', 'document', 'classification', 'clustering', 'similarity'] as const;

/** Numbers, or the little-endian 32-bit floats of them in base64, as it came. */
export type Vector = readonly number[] | string;

export interface EmbeddingReply {
  /** The model that served, as the provider names it. */
  readonly model: string;
  /** One an item, in the order of the items. */
  readonly vectors: readonly Vector[];
  /** Absent when the provider sent none: the meter estimates, and says so. */
  readonly usage?: Usage;
}

export interface DecodedEmbeddingRequest {
  readonly request: EmbeddingRequest;
  /** What the decoder left out. */
  readonly losses: readonly Loss[];
}

/** Known to be nothing, not unknown: so that the provider's count of the call is whole. */
export const NO_OUTPUT = { text: 0 } as const;

/** A provider's own count of what was embedded. */
export const countedInput = (tokens: number): Usage => ({
  input: { uncached: tokens },
  output: NO_OUTPUT,
  provenance: 'provider',
});
