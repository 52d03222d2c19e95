import type { Intent } from '@tollgate/core/usage';
import { describe, expect, it } from 'vitest';
import type { EventJournal } from '../../files/event-journal.ts';
import { usageEvent } from '../../test-support/usage-event.ts';
import type { LedgerBatch } from './batch.ts';
import { GroupCommit, type GroupCommitOptions } from './group-commit.ts';

/** A writer whose answers a test gives, one a batch. */
function arrange(options: Partial<GroupCommitOptions> = {}) {
  const batches: LedgerBatch[] = [];
  const answers: PromiseWithResolvers<readonly number[]>[] = [];
  let came = Promise.withResolvers<void>();
  const group = new GroupCommit({
    now: () => 0,
    writer: {
      write: (batch) => {
        batches.push(batch);
        const answer = Promise.withResolvers<readonly number[]>();
        answers.push(answer);
        came.resolve();
        return answer.promise;
      },
    },
    ...options,
  });
  const batch = async (position: number): Promise<LedgerBatch> => {
    for (;;) {
      const found = batches[position];
      if (found !== undefined) return found;
      came = Promise.withResolvers();
      await came.promise;
    }
  };
  const answer = (position: number) => answers[position] ?? Promise.withResolvers();
  return { group, batch, answer, batches };
}

const intent = (): Intent => {
  const { callId, startedAt, keyId, keyName, face, modelAsked, stream, attempt } = usageEvent();
  const estimate = { inputTokens: 1, outputTokens: 2 };
  return { callId, startedAt, keyId, keyName, face, modelAsked, stream, attempt, estimate };
};
const ids = ({ events }: LedgerBatch) => events.map(({ event }) => event.callId);

describe('a group commit', () => {
  it('gathers in the next group what comes while one is written', async () => {
    const { group, batch, answer } = arrange();
    const [first, second, third] = [intent(), intent(), intent()];

    const durable = [group.intend(first)];
    await batch(0);
    durable.push(group.intend(second), group.intend(third));
    const event = usageEvent();
    group.record(event, {});
    answer(0).resolve([]);
    const next = await batch(1);
    answer(1).resolve([]);

    expect(next.intents.map((one) => one.intent.callId)).toEqual([second.callId, third.callId]);
    expect(ids(next)).toEqual([event.callId]);
    expect(await Promise.all(durable)).toEqual([true, true, true]);
  });

  it('tells of an event when it is durable, and not of a lost one that somebody else settled', async () => {
    const { group, batch, answer } = arrange();
    const heard: string[] = [];
    group.subscribe(({ callId }) => heard.push(callId));
    const [own, others] = [usageEvent(), usageEvent()];
    group.record(others, { isLost: true });
    group.record(own, {});
    const flushed = group.flush();
    await batch(0);
    expect(heard).toEqual([]);
    answer(0).resolve([0]);
    await flushed;

    expect(heard).toEqual([own.callId]);
  });

  it('tells with an event what it spent of budgets, and of one that is not kept that it is lost', async () => {
    const { group, answer, batch } = arrange({ maxHeld: 1 });
    const charges = [{ budgetId: 'bud_1', windowStart: 0, amount: 2n ** 70n }];
    const heard: unknown[] = [];
    group.subscribe(({ callId }, spent) => heard.push([callId, spent]));
    const kept = usageEvent();

    const isKept = [group.record(kept, { charges }), group.record(usageEvent(), { charges })];
    await batch(0);
    answer(0).resolve([]);
    await group.flush();

    expect(isKept).toEqual([true, false]);
    expect(heard).toEqual([[kept.callId, charges]]);
    await group.close();
    expect(group.record(usageEvent(), { charges })).toBe(false);
  });

  it('goes on where one who listens fails', async () => {
    const { group, batch, answer } = arrange();
    const heard: string[] = [];
    group.subscribe(() => {
      throw new Error('a bug');
    });
    group.subscribe(({ callId }) => heard.push(callId));
    group.record(usageEvent(), {});
    const flushed = group.flush();
    await batch(0);
    answer(0).resolve([]);

    expect(await flushed).toBe(true);
    expect(heard).toHaveLength(1);
  });

  it('refuses calls and keeps events in order while the database refuses', async () => {
    const { group, batch, answer } = arrange();
    const events = [usageEvent(), usageEvent(), usageEvent()];
    const [first, second] = [intent(), intent()];
    for (const event of events.slice(0, 2)) group.record(event, {});
    const asked = group.intend(first);
    await batch(0);
    answer(0).reject(new Error('database or disk is full'));

    expect(await asked).toBe(false);
    expect(group.problem).toBe('database or disk is full');
    expect(await group.intend(second)).toBe(false);
    group.record(events[2] ?? usageEvent(), {});
    const flushed = group.flush();
    const again = await batch(1);
    answer(1).resolve([]);
    await flushed;

    expect(ids(again)).toEqual(events.map(({ callId }) => callId));
    // Whether the refused group was written after all can't be known: no call of it left.
    expect(again.withdrawn).toEqual([first.callId]);
    expect(again.intents).toEqual([]);
    expect(group.problem).toBeUndefined();
  });

  it('keeps events in the journal while the database refuses, and no longer', async () => {
    const kept: string[] = [];
    const journal: EventJournal = {
      read: () => [],
      add: (events) => kept.push(...events.map(({ event }) => event.callId)),
      clear: () => kept.splice(0),
      close: () => Promise.resolve(true),
    };
    const { group, batch, answer } = arrange({ journal });
    const [refused, waiting, later] = [usageEvent(), usageEvent(), usageEvent()];
    group.record(refused, {});
    const flushed = group.flush();
    await batch(0);
    group.record(waiting, {});
    expect(kept).toEqual([]);
    answer(0).reject(new Error('database or disk is full'));
    await flushed;
    group.record(later, {});

    expect(kept).toEqual([refused, waiting, later].map(({ callId }) => callId));
    const again = group.flush();
    await batch(1);
    answer(1).resolve([]);
    expect(await again).toBe(true);
    expect(kept).toEqual([]);
  });

  it('books first what a process before it left in the journal, where nobody else has', async () => {
    const [left, correction] = [usageEvent(), usageEvent({ corrects: usageEvent().callId })];
    let isCleared = false;
    const journal: EventJournal = {
      read: () => [left, correction].map((event) => ({ event, charges: [] })),
      add: () => undefined,
      clear: () => {
        isCleared = true;
      },
      close: () => Promise.resolve(true),
    };
    const { group, batch, answer } = arrange({ journal });
    const recovered = group.recover();
    const { events } = await batch(0);
    expect(isCleared).toBe(false);
    answer(0).resolve([]);
    await recovered;

    expect(events.map(({ event }) => event)).toEqual([left, correction]);
    expect(isCleared).toBe(true);
  });

  it('refuses calls when the database hangs, and takes their intents back once it answers', async () => {
    const { group, batch, answer } = arrange({ lateMs: 20 });
    const [first, second] = [intent(), intent()];
    const asked = group.intend(first);
    await batch(0);
    const waiting = group.intend(second);

    expect(await Promise.all([asked, waiting])).toEqual([false, false]);
    expect(group.problem).toBe('the database does not answer');
    expect(await group.flush()).toBe(false);
    const event = usageEvent();
    group.record(event, {});
    answer(0).resolve([]);
    const next = await batch(1);
    answer(1).resolve([]);

    expect(next.withdrawn).toEqual([first.callId]);
    expect(ids(next)).toEqual([event.callId]);
    expect(await group.flush()).toBe(true);
    expect(group.problem).toBeUndefined();
  });

  it('writes the last word on what a call holds, and none once the call has ended', async () => {
    const { group, batch, answer } = arrange();
    const [running, ended] = [intent(), usageEvent()];
    const claims = [{ budgetId: 'bud_1', windowStart: 0, amount: 5n }];
    group.extend(running.callId, { estimate: { inputTokens: 1, outputTokens: 3 } });
    group.extend(running.callId, { estimate: { inputTokens: 1, outputTokens: 4 }, claims });
    group.extend(ended.callId, { estimate: { inputTokens: 1, outputTokens: 9 } });
    group.record(ended, {});
    const { extended } = await batch(0);
    answer(0).resolve([]);

    expect(extended).toEqual([
      {
        callId: running.callId,
        estimate: { inputTokens: 1, outputTokens: 4 },
        claims: [{ budgetId: 'bud_1', windowStart: 0, amount: '5' }],
      },
    ]);
  });

  it('ends in bounded time beside a database that hangs, and says how many events are lost', async () => {
    const { group, batch } = arrange({ lateMs: 20 });
    group.record(usageEvent(), {});
    group.record(usageEvent(), {});
    const closed = group.close();
    await batch(0);

    expect(await closed).toBe(2);
    expect(await group.intend(intent())).toBe(false);
  });
});
