import { describe, expect, it } from 'vitest';
import { run } from '../../test/support/run-command.ts';
import { tempDir } from '../adapters/test-support/temp-dir.ts';
import { usageEvent, ZION_USER } from '../adapters/test-support/usage-event.ts';
import { withLedger } from '../adapters/test-support/with-ledger.ts';
import { loadConfig } from '../config/load.ts';
import { withOutbox } from './open-outbox.ts';

describe('tollgate outbox', () => {
  /** Two calls of a user of Zion, of which Zion refused one for good. */
  async function withDeadLetter(folder: string): Promise<void> {
    const loaded = loadConfig({ env: {}, cwd: folder });
    if (!loaded.ok) throw new Error('no configuration');
    const { config } = loaded.value;
    await withLedger(config.dataDir, (ledger) => {
      for (const email of ['a@b.c', 'd@e.f']) {
        ledger.record(usageEvent({ user: { ...ZION_USER, email } }));
      }
    });
    await withOutbox(config, async (store) => {
      const claim = {
        channel: 'zion',
        sender: 'a',
        maxItems: 1,
        leaseMs: 1,
        newKey: 'key',
        now: 0,
      };
      const batch = await store.claim(claim);
      if (batch !== undefined) await store.settle(batch, { sender: 'a', outcomes: ['dead'] });
    });
  }

  it('says that nothing waits, and that nothing is dead', async () => {
    using folder = tempDir();

    expect(await run(folder.path, 'outbox status')).toMatchObject({
      code: 0,
      err: 'Nothing waits: everything was acknowledged.',
    });
    expect(await run(folder.path, 'outbox list')).toMatchObject({
      code: 0,
      err: 'There are no dead letters.',
    });
    expect(await run(folder.path, 'outbox resend 1')).toMatchObject({ code: 1 });
  });

  it('shows what waits and what is dead, and sends the dead again, once', async () => {
    using folder = tempDir();
    await withDeadLetter(folder.path);

    const status = await run(folder.path, 'outbox status --json');
    const doctor = await run(folder.path, 'doctor --json', { TOLLGATE_PORT: '0' });
    const list = await run(folder.path, 'outbox list --json');
    const [letter] = JSON.parse(list.out).deadLetters;
    const table = await run(folder.path, 'outbox list');

    expect(JSON.parse(status.out).channels).toEqual([
      { channel: 'zion', pending: 1, dead: 1, oldestSeconds: expect.any(Number) },
    ]);
    const check = JSON.parse(doctor.out).checks.find(
      ({ name }: { name: string }) => name === 'outbox',
    );
    expect(check).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('zion has 1 dead letters'),
    });
    expect(letter).toMatchObject({ channel: 'zion', reason: 'untold', event: { email: 'a@b.c' } });
    expect(table.out).toContain('may have been counted: the reply did not say');
    expect(table.out).not.toContain('a@b.c');

    const resent = await run(folder.path, `outbox resend ${letter.id}`);
    const again = await run(folder.path, `outbox resend ${letter.id}`);
    const after = await run(folder.path, 'outbox status --json');

    expect(resent).toMatchObject({ code: 0, err: expect.stringContaining('1 wait again') });
    expect(again.code).toBe(1);
    expect(JSON.parse(after.out).channels).toMatchObject([{ pending: 2, dead: 0 }]);
  });
});
