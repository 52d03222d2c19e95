import { CLIENTS, type Client, FACES, type FaceName } from './clients.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import { type Aspect, type Difference, differences, type Reading } from './reading.ts';
import type { RecordedReply } from './recorded-reply.ts';

export interface Cell {
  readonly reply: RecordedReply;
  readonly client: Client;
  readonly isListed: boolean;
  readonly unlisted: readonly Difference[];
  /** Listed, and equal now. */
  readonly stale: readonly Aspect[];
}

const clientId = ({ face, name }: Client): string => `${face}/${name}`;

function listedAspects(reply: RecordedReply, client: Client): ReadonlySet<Aspect> {
  return new Set(
    KNOWN_DIFFERENCES.filter(
      ({ recordings, clients }) =>
        recordings.includes(reply.title) && (clients?.includes(clientId(client)) ?? true),
    ).flatMap(({ aspects }) => aspects),
  );
}

/** One recording through one client, beside what the oracle makes of it. */
export function compare(
  reply: RecordedReply,
  client: Client,
  { expected, actual }: { readonly expected: Reading; readonly actual: Reading },
): Cell {
  const listed = listedAspects(reply, client);
  const found = differences(expected, actual).filter(({ aspect }) => !client.unsaid.has(aspect));
  return {
    reply,
    client,
    isListed: listed.size > 0,
    unlisted: found.filter(({ aspect }) => !listed.has(aspect)),
    stale: [...listed].filter((aspect) => found.every((one) => one.aspect !== aspect)),
  };
}

/** What is wrong with a cell, a line each. */
export const problemsOf = ({ client, unlisted, stale }: Cell): string[] => [
  ...unlisted.map(
    ({ aspect, expected, actual }) =>
      `${clientId(client)} ${aspect}: expected ${shown(expected)}, read ${shown(actual)}`,
  ),
  ...stale.map((aspect) => `${clientId(client)} ${aspect}: is equal now, take it off the list`),
];

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 600 ? text : `${text.slice(0, 300)} … ${text.slice(-250)}`;
};

/** Entries of the list that name no recording or no client. */
export function strayEntries(replies: readonly RecordedReply[]): string[] {
  const known = new Set([...replies.map(({ title }) => title), ...CLIENTS.map(clientId)]);
  return KNOWN_DIFFERENCES.flatMap(({ recordings, clients = [] }) => [
    ...recordings,
    ...clients,
  ]).filter((name) => !known.has(name));
}

/** Family by face: how many are equal, listed, and all there are. */
export function tableOf(cells: readonly Cell[]): string {
  const families = [...new Set(cells.map(({ reply }) => familyOf(reply)))];
  const rows = families.map((family) => [
    family,
    ...FACES.map((face) => countsOf(cells.filter((one) => isAt(one, family, face)))),
  ]);
  const all = [['equal / listed / total', ...FACES], ...rows];
  const widths = all[0]?.map((_name, column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  return all
    .map((row) => row.map((text, column) => text.padEnd(widths?.[column] ?? 0)).join('  '))
    .join('\n');
}

const familyOf = ({ provider, family }: RecordedReply): string => `${provider} ${family}`;

const isAt = ({ reply, client }: Cell, family: string, face: FaceName): boolean =>
  familyOf(reply) === family && client.face === face;

function countsOf(cells: readonly Cell[]): string {
  const listed = cells.filter(({ isListed }) => isListed).length;
  const equal = cells.filter((one) => !one.isListed && one.unlisted.length === 0).length;
  return `${equal} / ${listed} / ${cells.length}`;
}
