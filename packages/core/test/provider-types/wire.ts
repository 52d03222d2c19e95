/** The types of a client library as its wire has them: words for enumerations, base64 for bytes. */
export type Wire<T> = T extends string
  ? `${T}`
  : T extends Uint8Array
    ? string
    : T extends readonly (infer Item)[]
      ? readonly Wire<Item>[]
      : T extends object
        ? { [Name in keyof T]: Wire<T[Name]> }
        : T;

/** `toolCallId` as `tool_call_id`. */
type Snake<Name> = Name extends `${infer First}${infer Others}`
  ? First extends Uppercase<First>
    ? First extends Lowercase<First>
      ? `${First}${Snake<Others>}`
      : `_${Lowercase<First>}${Snake<Others>}`
    : `${First}${Snake<Others>}`
  : Name;

/** As `Wire`, of a library that writes its wire's snake case in camel case. */
export type SnakeWire<T> = T extends string
  ? `${T}`
  : T extends readonly (infer Item)[]
    ? readonly SnakeWire<Item>[]
    : T extends object
      ? { [Name in keyof T as string extends Name ? Name : Snake<Name>]: SnakeWire<T[Name]> }
      : T;
