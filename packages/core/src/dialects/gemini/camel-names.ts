import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';

/** What stands within is the client's own: names of arguments, of properties, of labels. */
const OWN = new Set([
  'args',
  'response',
  'parameters',
  'parametersJsonSchema',
  'responseSchema',
  'responseJsonSchema',
  'labels',
  'partMetadata',
]);

/** The API takes its fields in snake case too, as protocol buffers do, and its examples use it. */
export const camelNames = (body: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      const camel = camel1(name);
      return [camel, OWN.has(camel) ? value : within(value)];
    }),
  );

const camel1 = (name: string): string =>
  /^[a-z]+(_[a-z0-9]+)+$/.test(name)
    ? name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    : name;

function within(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(within);
  // A number that is kept by its digits is an object that must stay the one it is.
  return isJsonObject(value) && !JSON.isRawJSON(value) ? camelNames(value) : value;
}
