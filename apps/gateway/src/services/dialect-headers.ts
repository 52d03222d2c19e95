import { type Loss, lost } from '@tollgate/core/chat';
import type { JsonObject, JsonValue } from '@tollgate/core/json';
import {
  type Endpoint,
  familyOf,
  type Operation,
  siftBetas,
  valuesOf,
} from '@tollgate/core/providers';
import type { ProviderConfig } from '../config/config.ts';
import type { DialectHeader, WireProtocol } from './wire-protocol.ts';

interface Headers {
  readonly [name: string]: string;
}

/** What a provider understands whose operator names no version. */
const ANTHROPIC_VERSION = '2023-06-01';

/** The version of its API that a request is written in, where a dialect has such versions. */
export const versionHeaders = (provider: ProviderConfig, operation: Operation): Headers =>
  familyOf(operation) === 'anthropic-messages'
    ? { 'anthropic-version': provider.anthropicVersion ?? ANTHROPIC_VERSION }
    : {};

/** A dialect's headers as a provider takes them: some are fields of its body. */
export function headerFields(
  { bodyHeaders = {} }: Endpoint,
  headers: Headers,
): { readonly fields: JsonObject; readonly headers: Headers } {
  const fields: [string, JsonValue][] = [];
  const rest: [string, string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    const here = bodyHeaders[name];
    if (here === undefined) rest.push([name, value]);
    else if (here.isList === true) fields.push([here.field, [...valuesOf(value)]]);
    else fields.push([here.field, here.words?.[value] ?? value]);
  }
  return { fields: Object.fromEntries(fields), headers: Object.fromEntries(rest) };
}

/** Of a client's own headers, what goes on to a provider of its dialect. */
export function passedHeaders(
  provider: ProviderConfig,
  { headers: listed = [] }: WireProtocol,
  headers: Headers,
): { readonly headers: Headers; readonly losses: readonly Loss[] } {
  const passed: [string, string][] = [];
  const losses: Loss[] = [];
  // Who takes any beta takes the headers that none of us knows yet.
  const isOpen = listed.some(({ name }) => provider.betas?.[name]?.includes('*') === true);
  for (const [name, value] of unlisted(listed, headers)) {
    if (isOpen) passed.push([name, value]);
    else losses.push(droppedHeader(name, 'knows none such'));
  }
  for (const { name, isHint } of listed) {
    const value = headers[name];
    if (value === undefined) continue;
    if (!isHint) {
      passed.push([name, value]);
      continue;
    }
    const { header, dropped } = siftBetas(provider.betas, name, value);
    if (header !== undefined) passed.push([name, header]);
    losses.push(...dropped.map((beta) => droppedHeader(`${name}.${beta}`, 'knows none such')));
  }
  return { headers: Object.fromEntries(passed), losses };
}

/** The client's own headers of the dialect that its face speaks. */
export interface ClientHeaders {
  readonly protocol: WireProtocol;
  readonly given: Headers;
}

/** The same beside a body of our own making, which may all the same be of the client's dialect. */
export function headersBeside(
  provider: ProviderConfig,
  operation: Operation,
  client: ClientHeaders | undefined,
): { readonly headers: Headers; readonly losses: readonly Loss[] } {
  if (client === undefined) return { headers: {}, losses: [] };
  const { protocol, given } = client;
  if (protocol.operation === operation) return passedHeaders(provider, protocol, given);
  return { headers: {}, losses: lostHeaders(protocol, given) };
}

/** Both, where each is a list of opt-ins: every one of them once. */
export function joinedHeaders(some: Headers, more: Headers = {}): Headers {
  const joined = Object.entries(more).map(([name, value]) => {
    const all = [...valuesOf(some[name] ?? ''), ...valuesOf(value)];
    return [name, [...new Set(all)].join(',')] as const;
  });
  return { ...some, ...Object.fromEntries(joined) };
}

/** Headers that a provider of another dialect has no use for, where that asks less of it. */
function lostHeaders({ headers: listed = [] }: WireProtocol, headers: Headers): readonly Loss[] {
  const hints = listed.filter((one) => one.isHint && asksMore(one, headers[one.name]));
  const names = [
    ...hints.map(({ name }) => name),
    ...unlisted(listed, headers).map(([name]) => name),
  ];
  const why = 'speaks another dialect, which has no such header';
  return names.map((name) => droppedHeader(name, why));
}

const asksMore = ({ opensFields = [] }: DialectHeader, header: string | undefined): boolean =>
  header !== undefined &&
  (opensFields.length === 0 ||
    !valuesOf(header).every((value) => opensFields.some((begin) => value.startsWith(begin))));

const unlisted = (
  listed: readonly DialectHeader[],
  headers: Headers,
): readonly (readonly [string, string])[] =>
  Object.entries(headers).filter(([name]) => !listed.some((one) => one.name === name));

const droppedHeader = (name: string, why: string): Loss =>
  lost('providerHeaders', name, `the model’s provider ${why}`);
