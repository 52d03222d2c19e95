import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { type Page, type PageQuery, USUAL_LIMIT } from '@tollgate/core/directory';
import type { Identity } from '@tollgate/core/governance';
import type { Clock } from '../ports/clock.ts';
import type { DependencyStatus } from '../ports/governance.ts';
import type { Outbox } from '../ports/outbox.ts';
import type {
  ChannelState,
  DeadLetter,
  DeadSelection,
  OutboxStore,
} from '../ports/outbox-store.ts';
import { refuseUnlessAdmin } from './admin/permit.ts';

/** What one channel has to tell still. */
export interface ChannelStatus {
  readonly channel: string;
  readonly pending: number;
  /** How long ago the oldest that waits happened; absent: nothing waits. */
  readonly oldestSeconds?: number;
  readonly dead: number;
}

export interface DeadLetterQuery extends PageQuery {
  readonly channel?: string;
}

/** A dead letter with the event that was to be told, in place of its text. */
export interface ShownLetter extends Omit<DeadLetter, 'body'> {
  readonly event: unknown;
}

/** What waits to be told to others, for administrators. */
export interface OutboxService {
  status(
    by: Identity,
  ): Promise<Result<{ readonly channels: readonly ChannelStatus[] }, GatewayError>>;
  /** What was given up, the oldest first. */
  deadLetters(
    by: Identity,
    query: DeadLetterQuery,
  ): Promise<Result<Page<ShownLetter>, GatewayError>>;
  /** Has them sent again, and tells how many. Those of one batch that is kept go together. */
  resend(
    by: Identity,
    which: DeadSelection,
  ): Promise<Result<{ readonly resent: number }, GatewayError>>;
}

export interface OutboxDeps {
  readonly store: OutboxStore;
  readonly clock: Clock;
  readonly outbox: Outbox;
}

const LONGEST_PAGE = 200;

export function createOutboxService({ store, clock, outbox }: OutboxDeps): OutboxService {
  return {
    status: async (by) =>
      refuseUnlessAdmin(by) ?? ok({ channels: channelStatuses(await store.states(), clock.now()) }),
    deadLetters: async (by, query) => {
      const refusal = refuseUnlessAdmin(by);
      if (refusal !== undefined) return refusal;
      const { channel, after = '0' } = query;
      if (!/^\d{1,15}$/.test(after)) {
        return err({ kind: 'invalid_request', path: 'after', detail: 'It is no end of a page.' });
      }
      const limit = Math.max(1, Math.min(query.limit ?? USUAL_LIMIT, LONGEST_PAGE));
      const wanted = { after: Number(after), limit: limit + 1 };
      const found = await store.deadLetters({
        ...wanted,
        ...(channel !== undefined && { channel }),
      });
      const items = found.slice(0, limit);
      const last = found.length > limit ? items.at(-1) : undefined;
      const next = last === undefined ? {} : { next: String(last.id) };
      return ok({ items: items.map(shown), ...next });
    },
    resend: async (by, which) => {
      const refusal = refuseUnlessAdmin(by);
      if (refusal !== undefined) return refusal;
      const resent = await store.resend(which);
      if (resent > 0) outbox.wake();
      if (resent > 0 || 'channel' in which) return ok({ resent });
      return err({
        kind: 'invalid_request',
        path: 'ids',
        detail: 'No dead letter has such an id.',
      });
    },
  };
}

const shown = ({ body, ...letter }: DeadLetter): ShownLetter => ({
  ...letter,
  event: JSON.parse(body),
});

export const channelStatuses = (
  states: readonly ChannelState[],
  now: number,
): readonly ChannelStatus[] =>
  states.map(({ channel, waiting, dead, oldestAt }) => ({
    channel,
    pending: waiting,
    dead,
    ...(oldestAt !== undefined && {
      oldestSeconds: Math.max(0, Math.floor((now - oldestAt) / 1000)),
    }),
  }));

/** From here on it is more than a pause of the other side. */
const LONG_SECONDS = 600;

/** What is wrong with it, in words; undefined: nothing. */
export function outboxTrouble(channels: readonly ChannelStatus[]): string | undefined {
  const late = channels.filter(({ oldestSeconds = 0 }) => oldestSeconds > LONG_SECONDS);
  const dead = channels.filter((one) => one.dead > 0);
  const parts = [
    ...late.map(({ channel, oldestSeconds = 0 }) => {
      return `${channel} takes nothing for ${Math.floor(oldestSeconds / 60)} minutes`;
    }),
    ...dead.map((one) => `${one.channel} has ${one.dead} dead letters`),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
}

/** Anybody may ask for `/health`, and counting what waits takes a while where much does. */
const HEALTH_MS = 1_000;

export interface OutboxHealthDeps {
  readonly store: Pick<OutboxStore, 'states'>;
  readonly clock: Clock;
  /** Channels that are in use: what one leaves that was taken out of the configuration is no fault. */
  readonly names: readonly string[];
}

/** For `/health`: all channels together, as they were within the last second. */
export function createOutboxHealth(deps: OutboxHealthDeps): () => Promise<DependencyStatus> {
  let looked: { readonly at: number; readonly health: Promise<DependencyStatus> } | undefined;
  return () => {
    const now = deps.clock.monotonic();
    if (looked === undefined || now - looked.at >= HEALTH_MS) {
      looked = { at: now, health: healthOf(deps) };
    }
    return looked.health;
  };
}

/** What waits is safe, so that it is never worse than degraded. */
async function healthOf({ store, clock, names }: OutboxHealthDeps): Promise<DependencyStatus> {
  const name = 'outbox';
  try {
    const states = (await store.states()).filter(({ channel }) => names.includes(channel));
    const channels = channelStatuses(states, clock.now());
    const ages = channels.flatMap(({ oldestSeconds }) => oldestSeconds ?? []);
    const facts = {
      pending: channels.reduce((sum, { pending }) => sum + pending, 0),
      dead: channels.reduce((sum, { dead }) => sum + dead, 0),
      ...(ages.length > 0 && { oldestSeconds: Math.max(...ages) }),
    };
    const detail = outboxTrouble(channels);
    return detail === undefined
      ? { name, status: 'healthy', facts }
      : { name, status: 'degraded', facts, detail };
  } catch {
    return { name, status: 'degraded', detail: 'what waits can not be read' };
  }
}
