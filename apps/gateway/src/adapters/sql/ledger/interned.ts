import { LONGEST_MODEL_NAME, type UsageEvent } from '@tollgate/core/usage';
import type { BookedPrice } from '../../../ports/price-book.ts';
import type { SqlValue, Statements } from '../sql.ts';

/** Beyond, they are read from the database again: clients choose names of models. */
const MOST_KNOWN = 20_000;

export const CALLER_COLUMNS = [
  'key_id',
  'key_name',
  'user_id',
  'team_id',
  'organisation_id',
  'governed_id',
  'governed_external_id',
  'governed_email',
  'tags',
  'face',
] as const;
export const ROUTE_COLUMNS = [
  'model_asked',
  'provider',
  'model_served',
  'service_tier',
  'model_sent',
] as const;

type Caller = Pick<
  UsageEvent,
  'keyId' | 'keyName' | 'userId' | 'teamId' | 'organisationId' | 'user' | 'tags' | 'face'
>;
type Route = Pick<
  UsageEvent,
  'modelAsked' | 'provider' | 'modelServed' | 'serviceTier' | 'modelSent'
>;

/** Absent is the empty text: null would make two rows of one caller. */
const callerValues = (call: Caller): string[] => [
  call.keyId,
  call.keyName,
  call.userId ?? '',
  call.teamId ?? '',
  call.organisationId ?? '',
  call.user?.id ?? '',
  call.user?.externalId ?? '',
  call.user?.email ?? '',
  call.tags === undefined || call.tags.length === 0 ? '' : JSON.stringify(call.tags),
  call.face,
];

const routeValues = (call: Route): string[] =>
  [call.modelAsked, call.provider, call.modelServed, call.serviceTier, call.modelSent].map(
    (name = '') => name.slice(0, LONGEST_MODEL_NAME),
  );

interface Table {
  readonly insert: string;
  readonly find: string;
}

const tableOf = (name: string, columns: readonly string[]): Table => ({
  insert: `insert into ${name} (${columns.join(', ')})
    values (${columns.map(() => '?').join(', ')}) on conflict do nothing`,
  find: `select id from ${name} where ${columns.map((column) => `${column} = ?`).join(' and ')}`,
});

const CALLERS = tableOf('callers', CALLER_COLUMNS);
const ROUTES = tableOf('routes', ROUTE_COLUMNS);
const PRICES: Table = {
  insert: 'insert into prices (id, source, price) values (?, ?, ?) on conflict do nothing',
  find: 'select seq as id from prices where id = ?',
};

/** What one of a table's rows is remembered by: one text, since it is made with each call, twice. */
const callerName = (call: Caller): string => {
  const { keyId, keyName, userId, teamId, organisationId, user, tags, face } = call;
  return `c${keyId}\0${face}\0${keyName}\0${userId}\0${teamId}\0${organisationId}\0${user?.id}\0${user?.externalId}\0${user?.email}\0${tags?.join('\0')}`;
};

const routeName = ({ modelAsked, provider, modelServed, serviceTier, modelSent }: Route): string =>
  `r${modelAsked}\0${provider}\0${modelServed}\0${serviceTier}\0${modelSent}`;

/** The price that a cost was computed by. */
export interface PriceUsed {
  /** Null: nothing was priced. */
  readonly id: string | null;
  readonly price: BookedPrice | undefined;
}

interface Unknown {
  readonly name: string;
  readonly key: readonly SqlValue[];
  /** Absent: nobody can write it. */
  readonly row: readonly SqlValue[] | undefined;
}

/**
 * Numbers that stand in rows for texts which many rows share. What was looked up is remembered, but
 * only as long as its transaction holds: after a refused one, `forget`.
 */
export class Interned {
  readonly #known = new Map<string, number>();

  forget(): void {
    this.#known.clear();
  }

  /** One for each call, as the next ones. */
  callers(tx: Statements, calls: readonly Caller[]): Promise<readonly (number | null)[]> {
    return this.#numbers(tx, CALLERS, calls.map(callerName), (index) => {
      const call = calls[index];
      const values = call === undefined ? [] : callerValues(call);
      return { key: values, row: values };
    });
  }

  routes(tx: Statements, calls: readonly Route[]): Promise<readonly (number | null)[]> {
    return this.#numbers(tx, ROUTES, calls.map(routeName), (index) => {
      const call = calls[index];
      const values = call === undefined ? [] : routeValues(call);
      return { key: values, row: values };
    });
  }

  /** Null where nothing was priced, or by a price that nobody gave. */
  prices(tx: Statements, used: readonly PriceUsed[]): Promise<readonly (number | null)[]> {
    const names = used.map(({ id }) => (id === null ? undefined : `p${id}`));
    return this.#numbers(tx, PRICES, names, (index) => {
      const { id = null, price } = used[index] ?? {};
      return {
        key: [id],
        row: price && [price.id, price.source, JSON.stringify(price.price)],
      };
    });
  }

  async #numbers(
    tx: Statements,
    table: Table,
    names: readonly (string | undefined)[],
    valuesOf: (index: number) => Omit<Unknown, 'name'>,
  ): Promise<readonly (number | null)[]> {
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    const unknown = new Map<string, Unknown>();
    for (const [index, name] of names.entries()) {
      if (name === undefined || this.#known.has(name) || unknown.has(name)) continue;
      unknown.set(name, { name, ...valuesOf(index) });
    }
    if (unknown.size > 0) await this.#learn(tx, table, [...unknown.values()]);
    return names.map((name) => (name === undefined ? undefined : this.#known.get(name)) ?? null);
  }

  /** Written in one order, whoever writes: two gateways must not wait for each other. */
  async #learn(tx: Statements, { insert, find }: Table, unknown: Unknown[]): Promise<void> {
    const inOrder = unknown.sort((one, other) => (one.name < other.name ? -1 : 1));
    await this.#lookUp(tx, find, inOrder);
    const missing = inOrder.filter(({ name }) => !this.#known.has(name));
    const rows = missing.flatMap(({ row }) => (row === undefined ? [] : [row]));
    if (rows.length === 0) return;
    await tx.many(insert, rows);
    await this.#lookUp(tx, find, missing);
  }

  async #lookUp(tx: Statements, find: string, names: readonly Unknown[]): Promise<void> {
    const found = await Promise.all(names.map(({ key }) => tx.all(find, ...key)));
    for (const [index, { name }] of names.entries()) {
      const id = found[index]?.[0]?.['id'];
      if (id !== undefined) this.#known.set(name, Number(id));
    }
  }
}
