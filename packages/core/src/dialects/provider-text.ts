const MAX_DETAIL = 500;

const LINK = /\b[a-z][a-z0-9+.-]{1,15}:\/\/\S{1,2000}/gi;
/** Without a scheme only what is plainly one: four numbers, or a name with a port. */
const ADDRESS =
  /\b(?:(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?|(?:[a-z\d-]{1,63}\.){1,9}[a-z]{2,24}:\d{2,5}|localhost:\d{2,5})\b/gi;
const KEY =
  /\b(?:(?:sk|gsk|xai|pplx|key|tg)[-_][\w*.-]{5,}[\w*-]|AIza[\w-]{20,}|bearer\s+[\w*.~+/=-]{16,})/gi;

/** A provider's own words, fit for a client: no addresses, nothing that looks like a key, bounded. */
export function cleanProviderText(text: string): string {
  const plain = text
    .slice(0, 4 * MAX_DETAIL)
    .replace(LINK, '[link]')
    .replace(ADDRESS, '[address]')
    .replace(KEY, '[key]')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length <= MAX_DETAIL ? plain : `${plain.slice(0, MAX_DETAIL - 1)}…`;
}

/** Seconds to wait, by a reply's headers (lower-case names): seconds, milliseconds or a date. */
export function toldRetryAfter(headers: { readonly [name: string]: string }): number | undefined {
  const milliseconds = Number(headers['retry-after-ms'] ?? Number.NaN);
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds / 1000;
  const told = headers['retry-after']?.trim() ?? '';
  if (told === '') return undefined;
  const seconds = Number(told);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds : undefined;
  // A date is only good beside the sender's own clock: core has none.
  const wait = (Date.parse(told) - Date.parse(headers['date'] ?? '')) / 1000;
  return Number.isFinite(wait) && wait >= 0 ? wait : undefined;
}
