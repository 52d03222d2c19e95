import type { Claim, CounterFigures, CounterId, LackingRoom } from '@tollgate/core/budgets';
import type { Charge } from '@tollgate/core/usage';

/** The counters of the model, and what they hold at most. The last lets running calls pass its limit. */
export const COUNTERS = [
  { id: 'bud_0@life', budgetId: 'bud_0', limit: 6n, mayOutgrow: false },
  { id: 'bud_1@life', budgetId: 'bud_1', limit: 9n, mayOutgrow: false },
  { id: 'bud_2@life', budgetId: 'bud_2', limit: 7n, mayOutgrow: true },
] as const;

export const LEASE_MS = 60_000;

/** By counter. */
export type Amounts = ReadonlyMap<CounterId, bigint>;

export const claimsOf = (amounts: Amounts): readonly Claim[] =>
  COUNTERS.flatMap(({ id, budgetId, limit, mayOutgrow }) => {
    const amount = amounts.get(id);
    const counter = { id, budgetId, window: { start: 0 } };
    return amount === undefined ? [] : [{ counter, limit, amount, mayOutgrow }];
  });

export const chargesOf = (amounts: Amounts): readonly Charge[] =>
  claimsOf(amounts).map(({ counter, amount }) => ({
    budgetId: counter.budgetId,
    windowStart: 0,
    amount,
  }));

const sumOn = (counter: CounterId, all: Iterable<Amounts>): bigint => {
  let sum = 0n;
  for (const amounts of all) sum += amounts.get(counter) ?? 0n;
  return sum;
};

/**
 * The trivial reference: what the ledger knows, what reservations ought to know, and the news that is
 * still on its way from the one to the other. Every question is answered by adding up everything.
 */
export class ReservationModel {
  /** Where time stands, in milliseconds. */
  now = 0;
  /** Reserved, and not yet in the ledger: a gateway's death forgets them. */
  readonly unsent = new Set<string>();
  /** The ledger's open intents, and its settled calls. */
  readonly open = new Map<string, Amounts>();
  readonly settled = new Map<string, Amounts>();
  /** Settled in the ledger, and not yet told; told once already, and perhaps again. */
  readonly untold = new Set<string>();
  readonly told = new Set<string>();
  /** Figures that somebody has read and not loaded yet. */
  read: readonly CounterFigures[] = [];
  /** What reservations know: what was spent when a counter was loaded and since, and who holds what. */
  readonly spent = new Map<CounterId, bigint>();
  readonly held = new Map<string, Map<CounterId, bigint>>();
  readonly leases = new Map<string, number>();
  /** By how much calls cost more than they held. */
  readonly excess = new Map<CounterId, bigint>();

  knows(counter: CounterId): boolean {
    return this.spent.has(counter);
  }

  isIdle(counter: CounterId): boolean {
    return [...this.held.values()].every((amounts) => !amounts.has(counter));
  }

  reservedOn(counter: CounterId, except?: string): bigint {
    return sumOn(
      counter,
      [...this.held].filter(([callId]) => callId !== except).map(([, amounts]) => amounts),
    );
  }

  /** What the ledger would tell now. */
  figures(counters: readonly CounterId[]): readonly CounterFigures[] {
    return claimsOf(new Map(counters.map((id) => [id, 0n]))).map(({ counter }) => ({
      counter,
      spent: sumOn(counter.id, this.settled.values()),
      open: [...this.open].flatMap(([callId, amounts]) => {
        const amount = amounts.get(counter.id);
        return amount === undefined ? [] : [{ callId, amount }];
      }),
    }));
  }

  load(figures: readonly CounterFigures[]): void {
    for (const { counter, spent, open } of figures) {
      if (this.knows(counter.id)) continue;
      this.spent.set(counter.id, spent);
      for (const { callId, amount } of open) this.hold(callId, new Map([[counter.id, amount]]));
    }
  }

  lacking(callId: string, claims: readonly Claim[]): readonly LackingRoom[] {
    return claims.flatMap(({ counter, limit, amount: asked }) => {
      const spent = this.spent.get(counter.id) ?? 0n;
      const reserved = this.reservedOn(counter.id, callId);
      if (spent + reserved + asked <= limit) return [];
      return [{ counter: counter.id, limit, spent, reserved, asked }];
    });
  }

  hold(callId: string, amounts: Amounts): void {
    this.held.set(callId, new Map([...(this.held.get(callId) ?? []), ...amounts]));
    if (!this.leases.has(callId)) this.leases.set(callId, this.now + LEASE_MS);
  }

  settle(callId: string, charges: Amounts): void {
    for (const [counter] of this.held.get(callId) ?? []) {
      const charge = charges.get(counter) ?? 0n;
      this.spent.set(counter, (this.spent.get(counter) ?? 0n) + charge);
    }
    this.letGo(callId);
  }

  letGo(callId: string): void {
    this.held.delete(callId);
    this.leases.delete(callId);
  }

  expired(): readonly string[] {
    return [...this.leases].filter(([, until]) => until <= this.now).map(([callId]) => callId);
  }

  /** Reservations are gone, and with them whoever had reserved and not sent. */
  loseAll(): void {
    this.spent.clear();
    this.held.clear();
    this.leases.clear();
    this.unsent.clear();
    this.read = [];
  }

  /** What is spent or may yet be, by the ledger and by those that are about to send. */
  committed(counter: CounterId): bigint {
    const unsent = [...this.unsent].flatMap((callId) => this.held.get(callId) ?? []);
    return sumOn(counter, [...this.settled.values(), ...this.open.values(), ...unsent]);
  }
}
