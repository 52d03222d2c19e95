import type { BookedCall, BookkeepingZion } from '@tollgate/testkit';
import type { AskedCall } from './load.ts';

/** A row of `tollgate usage --by model`: each call had a model of its own, so it is one call. */
export interface LedgerLine {
  /** `provider/model`. */
  readonly model: string;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Counted by us, since the provider's own count did not arrive. */
  readonly estimatedRequests: number;
}

export interface Books {
  readonly provider: readonly BookedCall[];
  readonly ledger: readonly LedgerLine[];
  readonly zion: BookkeepingZion['counted'];
  readonly asked: readonly AskedCall[];
  /** Models whose call was booked at an estimate, told to Zion, and then corrected. */
  readonly corrected: ReadonlySet<string>;
  /** Keys whose usage Zion is told. */
  readonly zionKeys: readonly string[];
  readonly kills: readonly Kill[];
}

/** Of a gateway; by `performance.now()`. */
export interface Kill {
  readonly at: number;
  /** Calls that ended since then may not have got into the ledger, nor into its journal. */
  readonly unbookedSince: number;
}

const nameIn = (line: LedgerLine): string => line.model.slice(line.model.indexOf('/') + 1);

/** Every difference between the books, in words, that no cut call explains. None: they agree. */
export function differences(books: Books): string[] {
  const { provider, ledger, asked, kills } = books;
  const found: string[] = [];
  const lines = new Map(ledger.map((line) => [nameIn(line), line]));
  const calls = new Map(provider.map((call) => [call.model, call]));
  const clients = new Map(asked.map((call) => [call.model, call]));

  for (const call of provider) {
    const line = lines.get(call.model);
    if (line === undefined) found.push(`${call.model}: reached its provider, and has no row`);
    else if (line.estimatedRequests > 0) {
      if (!mayBeCut(clients.get(call.model), kills)) {
        found.push(
          `${call.model}: booked at an estimate, and came whole ${untilKill(clients.get(call.model), kills)} ms before a kill`,
        );
      }
    } else if (line.inputTokens !== call.inputTokens || line.outputTokens !== call.outputTokens) {
      found.push(
        `${call.model}: the provider counted ${call.inputTokens} + ${call.outputTokens}, the ledger ${line.inputTokens} + ${line.outputTokens}`,
      );
    }
  }
  for (const [model, line] of lines) {
    if (line.requests !== 1) found.push(`${model}: booked ${line.requests} times`);
    if (calls.has(model)) continue;
    const client = clients.get(model);
    const mayHaveDied =
      client !== undefined && mayBeCut(client, kills) && line.estimatedRequests === 1;
    if (!mayHaveDied) found.push(`${model}: has a row, and never reached its provider`);
  }
  for (const client of asked) {
    if (client.isWhole && client.status === 200 && !calls.has(client.model)) {
      found.push(`${client.model}: was answered, and never reached its provider`);
    }
  }
  return [...found, ...zionDifferences(books)];
}

/** By its client, or by the end of its gateway, which may come between the reply's end and its row. */
const mayBeCut = (client: AskedCall | undefined, kills: readonly Kill[]): boolean =>
  client === undefined ||
  !client.isWhole ||
  kills.some(
    ({ at, unbookedSince }) => client.endedAt > unbookedSince && client.endedAt < at + CUT_MS,
  );

const untilKill = (client: AskedCall | undefined, kills: readonly Kill[]): number =>
  Math.round(
    Math.min(...kills.map(({ at }) => at - (client?.endedAt ?? 0)).filter((ms) => ms >= 0)),
  );

/** So long after the kill its clients know of it at the latest. */
const CUT_MS = 1_000;

function zionDifferences({ ledger, zion, asked, zionKeys, corrected }: Books): string[] {
  const found: string[] = [];
  const told = new Map<string, { requests: number; input: number; output: number }>();
  for (const { model = '', aiRequests = 0, aiInputTokens = 0, aiOutputTokens = 0 } of zion) {
    const name = model.slice(model.indexOf('/') + 1);
    const before = told.get(name) ?? { requests: 0, input: 0, output: 0 };
    told.set(name, {
      requests: before.requests + aiRequests,
      input: before.input + aiInputTokens,
      output: before.output + aiOutputTokens,
    });
  }
  const keys = new Map(asked.map(({ model, key }) => [model, key]));
  for (const line of ledger) {
    const model = nameIn(line);
    if (!zionKeys.includes(keys.get(model) ?? '')) continue;
    const sum = told.get(model);
    told.delete(model);
    // What a correction takes back nobody can tell Zion.
    const isSame =
      sum?.requests === line.requests &&
      (corrected.has(model) ||
        (sum.input === line.inputTokens && sum.output === line.outputTokens));
    if (!isSame) {
      found.push(`${model}: the ledger has ${JSON.stringify(line)}, Zion ${JSON.stringify(sum)}`);
    }
  }
  for (const model of told.keys()) found.push(`${model}: Zion was told of it, and the ledger not`);
  return found;
}
