import { createHarness, dataEvents, eventStream, streamingChunks } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { auditBooks } from '../src/adapters/sql/audit/audit-books.ts';
import { createSqlBudgetStore } from '../src/adapters/sql/budget-store.ts';
import { openDatabase } from '../src/adapters/sqlite/open-database.ts';
import { createSqliteDatabase } from '../src/adapters/sqlite/sqlite-database.ts';
import { createApp } from '../src/create-app.ts';
import { withBudgets } from './support/with-budgets.ts';

interface Told {
  readonly input: number;
  readonly output: number;
}

/** A stream of three words, with these counts on its way, the last one at its end. */
function counting(counts: readonly Told[]) {
  const [last = { input: 0, output: 0 }] = counts.slice(-1);
  const chunks = streamingChunks('one two three', last);
  const onTheWay = counts.slice(0, -1).map(({ input, output }) => ({
    ...chunks[0],
    choices: [],
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  }));
  return eventStream(dataEvents([...chunks.slice(0, 2), ...onTheWay, ...chunks.slice(2)]));
}

const CASES: readonly (readonly [string, readonly Told[]])[] = [
  ['far more tokens than it streamed', [{ input: 10, output: 5_000 }]],
  ['fewer tokens than it streamed', [{ input: 10, output: 1 }]],
  [
    'usage that shrinks',
    [
      { input: 900, output: 80 },
      { input: 10, output: 4 },
    ],
  ],
  [
    'usage that is told twice',
    [
      { input: 10, output: 7 },
      { input: 10, output: 7 },
    ],
  ],
];

describe('a provider that reports', () => {
  it.each(CASES)(
    '%s has its last word: ledger and budget follow it, and the books agree',
    async (_what, counts) => {
      await using harness = await createHarness(createApp);
      await withBudgets(harness, ['1000000 tokens/life']);
      harness.openai.mockChatCompletion(counting(counts));

      const reply = await harness
        .withToken()
        .post('/v1/chat/completions')
        .send({ model: 'gpt-4o', stream: true, messages: [{ role: 'user', content: 'Count.' }] });

      expect(reply.text).toContain('[DONE]');
      const { input, output } = counts.at(-1) ?? { input: 0, output: 0 };
      expect(await harness.usage()).toMatchObject([
        { provenance: 'provider', inputTokens: input, outputTokens: output },
      ]);
      await harness.stopApp();
      expect(await booksIn(harness.dataDir)).toEqual({
        spent: BigInt(input + output),
        differences: [],
      });
    },
  );
});

async function booksIn(dataDir: string) {
  const opened = openDatabase(dataDir);
  if (!opened.ok) throw new Error(opened.error.detail);
  const db = createSqliteDatabase(opened.value);
  const [spend] = await db.all('select millions * 1000000 + rest as spent from budget_spend');
  const budgets = await createSqlBudgetStore(db).list();
  const { differences } = await auditBooks(db, { budgets });
  await db.close();
  return { spent: spend?.['spent'], differences };
}
