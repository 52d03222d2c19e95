import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';

/** What the pinned runtime has beside its published types: a number written digit by digit. */
declare global {
  interface JSON {
    rawJSON(text: string): JsonObject;
    isRawJSON(value: unknown): boolean;
    parse(
      text: string,
      reviver: (key: string, value: JsonValue, context: { readonly source?: string }) => unknown,
    ): JsonValue;
  }
}

/** A text without one holds no number that is too long or too large: most are read once only. */
const LONG = /(?:^|[:,[\s])-?(?:\d[\d.]{15}|\d[\d.]*[eE])/;

/** Fields that hold what a tool was called with, or what it answered: JSON of the client's own. */
const HOLDERS: ReadonlySet<string> = new Set([
  ...['input', 'args', 'arguments', 'functionResponse', 'function_response', 'json'],
]);

/**
 * JSON that was parsed already, with each number that a double can't hold kept as it was written:
 * an object that `JSON.stringify` writes as those digits, and that must not be copied field by
 * field. `everywhere`, or only in what tools were called with and answered: elsewhere schemas
 * expect numbers.
 */
export function keepDigits(text: string, parsed: JsonValue, everywhere: boolean): JsonValue {
  if (!LONG.test(text)) return parsed;
  const exact = JSON.parse(text, (_key, value, { source = '' }) =>
    typeof value === 'number' && !isHeld(value, source) ? JSON.rawJSON(source) : value,
  );
  return everywhere ? exact : onlyInHolders(parsed, exact);
}

/** The digits that count: `1.0`, `10` and `1e1` say what a double says too. */
function isHeld(value: number, source: string): boolean {
  const digits = source.replace(/[eE].*|[-.]/g, '').replace(/^0+|0+$/g, '');
  if (value === 0) return digits === '';
  if (!Number.isFinite(value)) return false;
  return Number.isSafeInteger(value) || digits.length <= 15 || String(value) === source;
}

function onlyInHolders(parsed: JsonValue, exact: JsonValue): JsonValue {
  if (Array.isArray(parsed) && Array.isArray(exact)) {
    return parsed.map((item, index) => onlyInHolders(item, exact[index] ?? null));
  }
  if (!isJsonObject(parsed) || !isJsonObject(exact)) return parsed;
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]) => {
      const own = exact[name] ?? null;
      const isJson = HOLDERS.has(name) && isJsonObject(own) && !JSON.isRawJSON(own);
      return [name, isJson ? own : onlyInHolders(value, own)];
    }),
  );
}
