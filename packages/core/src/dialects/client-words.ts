import type { JsonObject } from '../json/json-value.ts';

/** Where a message of the hub stands in a client's body, and where each of its parts does. */
export interface Place {
  readonly path: string;
  readonly parts: readonly string[];
}

/** Where a tool of the hub stands in a client's body, and the object that describes it there. */
export interface ToolPlace {
  readonly path: string;
  readonly inner: string;
}

/** A dialect's own names for what the hub names: told to its clients, who know no others. */
export interface ClientWords {
  /** Settings, by the hub's path; of several names the one that the body has, else the first. */
  readonly settings: { readonly [hubPath: string]: string | readonly string[] };
  /** Fields of messages and parts, by the hub's name; where that is empty, the object itself. */
  readonly fields: { readonly [hubName: string]: string };
  /** Fields of tools, likewise. */
  readonly toolFields: { readonly [hubName: string]: string };
  /** In the order of the decoded messages, one for one. */
  places(body: JsonObject): readonly Place[];
  /** In the order of the decoded tools, one for one. */
  tools(body: JsonObject): readonly ToolPlace[];
}

const IN_MESSAGE = /^messages\[(\d+)\](?:\.content\[(\d+)\])?(.*)$/;
const IN_TOOL = /^tools\[(\d+)\](.*)$/;

/**
 * Paths of the hub in the words of the client whose body was decoded. What has none there, such as
 * the name of a header, stays as it is. The body is laid out once, however many are asked for.
 */
export function clientPaths(words: ClientWords, body: JsonObject): (path: string) => string {
  let places: readonly Place[] | undefined;
  let tools: readonly ToolPlace[] | undefined;
  return (path) => {
    const inMessage = IN_MESSAGE.exec(path);
    if (inMessage !== null) {
      const [, message, part, rest = ''] = inMessage;
      places ??= words.places(body);
      const place = places[Number(message)];
      const base = part === undefined ? place?.path : place?.parts[Number(part)];
      return base === undefined ? path : base + suffix(rest, words.fields);
    }
    const inTool = IN_TOOL.exec(path);
    if (inTool !== null) {
      const [, index, rest = ''] = inTool;
      tools ??= words.tools(body);
      const place = tools[Number(index)];
      if (place === undefined) return path;
      return rest === '' ? place.path : place.inner + suffix(rest, words.toolFields);
    }
    if (path.startsWith('rest.')) return path.slice('rest.'.length);
    return settingPath(words, body, path);
  };
}

/** `.cache` as `.cache_control`; what a client's dialect alone has a word for stands in no `rest`. */
function suffix(rest: string, names: { readonly [hubName: string]: string }): string {
  const step = /^\.([A-Za-z]+)(.*)$/.exec(rest);
  if (step === null) return rest;
  const [, name = '', further = ''] = step;
  if (name === 'rest') return further;
  if (name === 'shared') return suffix(further, names);
  const known = Object.hasOwn(names, name) ? names[name] : name;
  if (known === '') return '';
  return `.${known}${further}`;
}

function settingPath({ settings }: ClientWords, body: JsonObject, path: string): string {
  // The longest name that the path begins with: `output.schema` before `output`.
  const known = Object.keys(settings)
    .filter((name) => path === name || path.startsWith(`${name}.`))
    .sort((a, b) => b.length - a.length)[0];
  if (known === undefined) return path;
  const said = settings[known] ?? path;
  const names = typeof said === 'string' ? [said] : said;
  const found = names.find((name) => has(body, name)) ?? names[0] ?? path;
  return found + path.slice(known.length);
}

function has(body: JsonObject, path: string): boolean {
  let value: unknown = body;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null) return false;
    value = Object.entries(value).find(([name]) => name === step)?.[1];
  }
  return value !== undefined && value !== null;
}

/** A field of a value that may be anything. */
export const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([field]) => field === name)?.[1]
    : undefined;

/** The items of a field that may be anything. */
export function itemsOf(value: unknown, name: string): readonly unknown[] {
  const items = fieldOf(value, name);
  return Array.isArray(items) ? items : [];
}

/** Where content stands that is a text or a list of parts. */
export const contentPlaces = (value: unknown, path: string): readonly string[] =>
  Array.isArray(value) ? value.map((_part, index) => `${path}[${index}]`) : [path];
