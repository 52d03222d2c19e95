import type { JsonValue } from '../json/json-value.ts';

/** Fields the hub has no word for, kept with the dialect that understands them. */
export interface Rest {
  readonly dialect: string;
  readonly fields: { readonly [name: string]: JsonValue };
}
