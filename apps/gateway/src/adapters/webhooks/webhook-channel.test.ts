import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../config/secret.ts';
import type { Log } from '../../ports/log.ts';
import type { Outbox } from '../../ports/outbox.ts';
import type { OutboxStore } from '../../ports/outbox-store.ts';
import type { BudgetThreshold, WebhookKind } from '../../ports/webhooks.ts';
import { createOutboxSender } from '../outbox/outbox-sender.ts';
import { createOutboxStore } from '../sql/sql-outbox-store.ts';
import { openDatabase } from '../sqlite/open-database.ts';
import { createSqliteDatabase } from '../sqlite/sqlite-database.ts';
import { createIds } from '../system/create-ids.ts';
import { createManualClock, type ManualClock } from '../test-support/manual-clock.ts';
import {
  createScriptedUpstream,
  type ScriptedUpstream,
} from '../test-support/scripted-upstream.ts';
import { tempDir } from '../test-support/temp-dir.ts';
import { createWebhooks } from './create-webhooks.ts';
import { createWebhookChannel } from './webhook-channel.ts';

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const HOUR_MS = 3_600_000;
const CHANNEL = 'webhook:ops:budget.threshold';
const webhook = {
  name: 'ops',
  url: new URL('http://ops.internal/hook'),
  secret: new Secret('a-secret-of-16-or-more'),
  kinds: ['budget.threshold'] as const satisfies readonly WebhookKind[],
};

const threshold = (percent: number, at: number): BudgetThreshold => ({
  kind: 'budget.threshold',
  id: `bud_1@2026-11-26T00:00Z/${percent}`,
  at,
  budgetId: 'bud_1',
  budget: '20 USD/day',
  scope: { kind: 'team', id: 'team_1' },
  percent,
  measure: 'usd',
  spent: '10000000000000',
  limit: '20000000000000',
  windowStartsAt: at,
});

let dir: ReturnType<typeof tempDir>;
let db: DatabaseSync;
let clock: ManualClock;
let endpoint: ScriptedUpstream;
let outbox: Outbox;
let store: OutboxStore;

beforeEach(() => {
  dir = tempDir();
  const opened = openDatabase(dir.path);
  if (!opened.ok) throw new Error(opened.error.detail);
  db = opened.value;
  clock = createManualClock();
  endpoint = createScriptedUpstream();
  store = createOutboxStore(createSqliteDatabase(db));
  const kind = 'budget.threshold';
  const channel = createWebhookChannel({
    webhook,
    kind,
    upstream: endpoint,
    clock,
    userAgent: 'tollgate/1',
  });
  outbox = createOutboxSender({ store, channel, clock, ids: createIds(), log: quiet });
});
afterEach(async () => {
  await outbox.close();
  db.close();
  dir[Symbol.dispose]();
});

const webhooks = () => createWebhooks({ webhooks: [webhook], store, wake: () => outbox.wake() });

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
const told = () => endpoint.requests.map(({ body }) => JSON.parse(String(body)));

describe('webhooks for thresholds', () => {
  it('are told a threshold once, however often and by however many gateways it is found', async () => {
    endpoint.script('/hook', { status: 200 });
    await Promise.all([webhooks().tell(threshold(50, 1)), webhooks().tell(threshold(50, 2))]);
    clock.advance(100);
    await settle();
    await webhooks().tell(threshold(50, 3));
    await webhooks().tell(threshold(80, 4));
    clock.advance(100);
    await settle();

    const percents = told().map(({ events }) => events.map((one: BudgetThreshold) => one.percent));
    expect(percents).toEqual([[50], [80]]);
    expect(told()[0]).toMatchObject({
      kind: 'budget.threshold',
      events: [{ budget: '20 USD/day' }],
    });
  });

  it('write nothing down where no endpoint wants it', async () => {
    const none = createWebhooks({ webhooks: [], store, wake: () => outbox.wake() });
    await none.tell(threshold(50, 1));

    expect(await store.states()).toEqual([]);
  });

  it('have three days of an endpoint’s absence, and are dead then, to be sent again by hand', async () => {
    endpoint.script('/hook', 'down');
    await webhooks().tell(threshold(50, clock.now()));
    for (let hour = 0; hour < 71; hour += 1) {
      clock.advance(HOUR_MS);
      await settle();
    }
    await webhooks().tell(threshold(80, clock.now()));
    expect(await store.states()).toMatchObject([{ waiting: 2, dead: 0 }]);
    for (let hour = 0; hour < 3; hour += 1) {
      clock.advance(HOUR_MS);
      await settle();
    }

    expect(await store.states()).toMatchObject([{ waiting: 1, dead: 1 }]);
    const [letter] = await store.deadLetters({ channel: CHANNEL, limit: 5 });
    expect(letter).toMatchObject({
      reason: 'expired',
      body: expect.stringContaining('"percent":50'),
    });

    endpoint.script('/hook', { status: 200 });
    await store.resend({ channel: CHANNEL });
    clock.advance(HOUR_MS);
    await settle();
    expect(await store.states()).toEqual([]);
  });

  it('leave an endpoint alone for as long as it asks', async () => {
    endpoint.script('/hook', { status: 429, headers: { 'retry-after': '600' } }, { status: 200 });
    await webhooks().tell(threshold(50, clock.now()));
    clock.advance(100);
    await settle();
    clock.advance(599_000);
    await settle();
    expect(endpoint.requests).toHaveLength(1);

    clock.advance(2_000);
    await settle();

    expect(endpoint.requests).toHaveLength(2);
    expect(await store.states()).toEqual([]);
  });
});
