import { type DisposableServer, type Harness, listRecordings } from '@tollgate/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attempt } from './attempt.ts';
import { CLIENTS } from './clients.ts';
import { type Cell, compare, problemsOf, strayEntries, tableOf } from './comparison.ts';
import { CUTS, type CutName } from './cuts.ts';
import { providerOf, startGateway } from './gateway.ts';
import { NOT_REPLAYED, notReplayed } from './not-replayed.ts';
import { readStraight } from './oracles.ts';
import { recordedReplies } from './recorded-reply.ts';
import { modelOf, startReplaying } from './replaying-upstream.ts';

/** `npm run conformance` cuts in every way, `npm test` in the one that hurts most. */
const isThorough = process.env['TOLLGATE_TEST_CUTS'] === 'all';
const AWKWARD: CutName = 'within characters and line ends';
const cuts = Object.keys(CUTS).filter((name): name is CutName => isThorough || name === AWKWARD);

const replies = recordedReplies().filter(({ family }) => NOT_REPLAYED[family] === undefined);
const rows = replies.map((reply, index) => [reply.title, { reply, index }] as const);

let upstream: DisposableServer;
let gateway: Harness;
const cells: Cell[] = [];

beforeAll(async () => {
  upstream = await startReplaying(replies);
  gateway = await startGateway(replies, upstream.url);
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await upstream.close();
  process.stdout.write(`\n${tableOf(cells)}\n${notReplayed()}\n\n`);
});

describe.each(cuts)('a recording cut %s', (cut) => {
  it.each(rows)('is read from %s through every face', async (_title, { reply, index }) => {
    const straight = await attempt(() => readStraight(reply));
    // Within a stream there is no status; packages make one up.
    const expected = reply.stream ? { ...straight, status: undefined } : straight;

    const found = await Promise.all(
      CLIENTS.map(async (client) => {
        const asked = {
          url: gateway.url,
          apiKey: gateway.keys.member,
          model: `${providerOf(reply)}/${modelOf(index, cut)}`,
          stream: reply.stream,
        };
        const actual = await attempt(() => client.read(asked));
        return compare(reply, client, { expected, actual });
      }),
    );

    cells.push(...found);
    expect(found.flatMap(problemsOf)).toEqual([]);
  });
});

describe('the list of known differences', () => {
  it('leaves no recording out without a reason', () => {
    const files = new Set(replies.map(({ title }) => title.replace(/#\d+$/, '')));
    const missing = listRecordings()
      .filter(({ family }) => NOT_REPLAYED[family] === undefined)
      .flatMap(({ provider, name, body, payloads }) => [
        ...(body === undefined ? [] : [`${provider}/${name}.json`]),
        ...(payloads === undefined ? [] : [`${provider}/${name}.chunks.txt`]),
      ])
      .filter((file) => !files.has(file));

    expect(missing).toEqual([]);
  });

  it('names only recordings and clients that there are', () => {
    expect(strayEntries(replies)).toEqual([]);
  });
});
