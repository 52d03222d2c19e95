/** Counts the tokens of one encoding. */
export type CountTokens = (text: string) => number;

/** Characters that are really counted; what is beyond is taken to be like them. */
const SAMPLE = 32_768;
const WINDOW = 4096;
/**
 * A run of letters, or of spaces, is one piece to the encoder, whose time grows with the square of a
 * piece: 100,000 letters in a row took 6 s. Longer runs are cut, at the price of a token a cut.
 */
const LONGEST_RUN = 256;
const LONG_RUN = /\S{257}|\s{257}/;

function* slices(text: string): Generator<string, void> {
  let at = 0;
  while (at < text.length) {
    const window = text.slice(at, at + WINDOW);
    let length = window.length;
    if (LONG_RUN.test(window)) length = Math.min(length, LONGEST_RUN);
    // Before a space, since a token begins with its space.
    else if (length === WINDOW) length = Math.max(window.lastIndexOf(' '), LONGEST_RUN);
    yield window.slice(0, length);
    at += length;
  }
}

/** Tokens of a text; beyond a bound extrapolated, so that no text takes longer than a moment. */
export function countBounded(text: string, count: CountTokens): number {
  const sample = text.slice(0, SAMPLE);
  let tokens = 0;
  for (const slice of slices(sample)) tokens += count(slice);
  return Math.round((tokens * text.length) / Math.max(1, sample.length));
}
