const OPENING = 123;
const CLOSING = 125;

/** Cheaper than parsing, and enough to tell a page of HTML from a JSON object. */
export const isBraced = (text: string): boolean => hasBraces(text) || hasBraces(text.trim());

const hasBraces = (text: string): boolean =>
  text.charCodeAt(0) === OPENING && text.charCodeAt(text.length - 1) === CLOSING;
