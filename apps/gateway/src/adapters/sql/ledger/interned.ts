import type { UsageEvent } from '@tollgate/core/usage';
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
export const ROUTE_COLUMNS = ['model_asked', 'provider', 'model_served', 'service_tier'] as const;

type Caller = Pick<
  UsageEvent,
  'keyId' | 'keyName' | 'userId' | 'teamId' | 'organisationId' | 'user' | 'tags' | 'face'
>;
type Route = Pick<UsageEvent, 'modelAsked' | 'provider' | 'modelServed' | 'serviceTier'>;

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

const routeValues = (call: Route): string[] => [
  call.modelAsked,
  call.provider ?? '',
  call.modelServed ?? '',
  call.serviceTier ?? '',
];

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
const PRICE = 'select seq as id from prices where id = ?';
const NEW_PRICE = 'insert into prices (id, source, price) values (?, ?, ?) on conflict do nothing';

/**
 * Numbers that stand in rows for texts which many rows share. What was looked up is remembered, but
 * only as long as its transaction holds: after a refused one, `forget`.
 */
export class Interned {
  readonly #known = new Map<string, number>();

  forget(): void {
    this.#known.clear();
  }

  caller(tx: Statements, call: Caller): number | Promise<number> {
    const { keyId, keyName, userId, teamId, organisationId, user, tags, face } = call;
    // By one text: with each call, twice.
    const name = `c${keyId}\0${face}\0${keyName}\0${userId}\0${teamId}\0${organisationId}\0${user?.id}\0${user?.externalId}\0${user?.email}\0${tags?.join('\0')}`;
    return this.#known.get(name) ?? this.#look(tx, CALLERS, name, callerValues(call));
  }

  route(tx: Statements, call: Route): number | Promise<number> {
    const { modelAsked, provider, modelServed, serviceTier } = call;
    const name = `r${modelAsked}\0${provider}\0${modelServed}\0${serviceTier}`;
    return this.#known.get(name) ?? this.#look(tx, ROUTES, name, routeValues(call));
  }

  /** Null where nothing was priced, or by a price that nobody gave. */
  async price(
    tx: Statements,
    id: string | null,
    price: BookedPrice | undefined,
  ): Promise<number | null> {
    if (id === null) return null;
    const known = this.#known.get(`p${id}`);
    if (known !== undefined) return known;
    if (price !== undefined) {
      await tx.run(NEW_PRICE, price.id, price.source, JSON.stringify(price.price));
    }
    const [row] = await tx.all(PRICE, id);
    return row === undefined ? null : this.#remember(`p${id}`, Number(row['id']));
  }

  async #look(
    tx: Statements,
    { insert, find }: Table,
    name: string,
    values: readonly SqlValue[],
  ): Promise<number> {
    const found = (await tx.all(find, ...values))[0];
    if (found !== undefined) return this.#remember(name, Number(found['id']));
    await tx.run(insert, ...values);
    const [made] = await tx.all(find, ...values);
    return this.#remember(name, Number(made?.['id']));
  }

  #remember(name: string, id: number): number {
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(name, id);
    return id;
  }
}
