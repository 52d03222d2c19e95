/**
 * Makes tokens of what must come back unchanged, and reads them again; bound to one owner. The same
 * payload in the same place gives the same token.
 */
export interface Sealer {
  /** Undefined where the payload is larger than can be carried or kept. */
  seal(payload: string, place: SealedPlace): string | undefined;
  /** Undefined for a token that is another owner's, was changed, or has expired. */
  open(token: string, beside: string): string | undefined;
}

export interface SealedPlace {
  /** What the client holds beside the token: another text there, and the token no longer opens. */
  readonly beside: string;
  /** Characters that the place holds; absent: as many as it takes. */
  readonly longest?: number;
}

/**
 * Begins every token of this version. Letters, digits, `-` and `_` only: a token stands in ids and
 * signatures of every dialect.
 */
export const SEAL_MARK = 'tgs1_';

export const isSealed = (text: string): boolean => text.startsWith(SEAL_MARK);
