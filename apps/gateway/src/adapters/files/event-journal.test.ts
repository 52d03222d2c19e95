import { appendFileSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BatchedEvent } from '../sql/ledger/batch.ts';
import { tempDir } from '../test-support/temp-dir.ts';
import { usageEvent } from '../test-support/usage-event.ts';
import { createEventJournal } from './event-journal.ts';

const one = (): BatchedEvent => ({
  event: usageEvent(),
  charges: [{ budgetId: 'bud_1', windowStart: 0, amount: '12345678901234567890' }],
});

describe('the journal of events that the ledger would not take', () => {
  it('leaves to the next process what was added, in its order, for the owner alone to read', async () => {
    using folder = tempDir();
    const path = join(folder.path, 'journal');
    const events = [one(), one(), one()];
    const journal = createEventJournal(path);
    journal.add(events.slice(0, 2));
    journal.add(events.slice(2));

    expect(await journal.close()).toBe(true);
    expect(createEventJournal(path).read()).toEqual(events);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is empty once all is booked, and takes what comes after', async () => {
    using folder = tempDir();
    const path = join(folder.path, 'journal');
    const [booked, later] = [one(), one()];
    const journal = createEventJournal(path);
    journal.add([booked]);
    journal.clear();
    journal.add([later]);
    await journal.close();

    expect(createEventJournal(path).read()).toEqual([later]);
  });

  it('is none where nothing was ever added', async () => {
    using folder = tempDir();
    const journal = createEventJournal(join(folder.path, 'journal'));

    expect(journal.read()).toEqual([]);
    expect(await journal.close()).toBe(true);
  });

  it('leaves out a line that a dying process cut off, and says so', async () => {
    using folder = tempDir();
    const path = join(folder.path, 'journal');
    const event = one();
    const journal = createEventJournal(path);
    journal.add([event]);
    await journal.close();
    const line = readFileSync(path, 'utf8');
    appendFileSync(path, line.slice(0, line.length / 2));
    const said: string[] = [];
    const log = { error: (_: unknown, text: string) => said.push(text), info() {}, warn() {} };

    expect(createEventJournal(path, { ...log, debug() {} }).read()).toEqual([event]);
    expect(said).toEqual(['the journal of usage holds damaged lines']);
  });

  it('loses nothing that is added behind a line that was cut off', async () => {
    using folder = tempDir();
    const path = join(folder.path, 'journal');
    const [cut, later] = [one(), one()];
    const journal = createEventJournal(path);
    journal.add([cut]);
    await journal.close();
    truncateSync(path, statSync(path).size - 10);
    const next = createEventJournal(path);
    next.add([later]);
    await next.close();

    expect(createEventJournal(path).read()).toEqual([later]);
  });

  it('says that it keeps nothing where it can not be written', async () => {
    using folder = tempDir();
    const journal = createEventJournal(join(folder.path, 'no-such-folder', 'journal'));
    journal.add([one()]);

    expect(await journal.close()).toBe(false);
  });
});
