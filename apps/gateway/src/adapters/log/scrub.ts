const LONGEST_VALUE = 2000;

// Each is linear: one class, bounded by what surrounds it.
const EMAIL = /[^\s@<>"',;:()[\]]{1,64}@[^\s@<>"',;:()[\]]{1,255}/g;
const CREDENTIAL = /\b(?:tg_|sk-|sk_|xai-|gsk_|pplx-|AIza|eyJ)[A-Za-z0-9_.-]{8,}/g;
const AFTER_SCHEME = /\b(bearer|basic)\s+[A-Za-z0-9+/_.=-]{8,}/gi;

/** Shorter than an address with a dot, or a key with its eight characters. */
const SHORTEST_SECRET = 6;
/** One look at each text decides whether the patterns above have to look at all. */
const SUSPECT = /@|tg_|sk[-_]|xai-|gsk_|pplx-|AIza|eyJ|bearer|basic/i;

/** The second line of defence behind the allow-list: text of others may still hold an address or a key. */
export function scrub(text: string): string {
  if (text.length < SHORTEST_SECRET || (text.length <= LONGEST_VALUE && !SUSPECT.test(text))) {
    return text;
  }
  const cut = text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
  return cut
    .replace(AFTER_SCHEME, '$1 [redacted]')
    .replace(CREDENTIAL, '[redacted]')
    .replace(EMAIL, '[redacted]');
}
