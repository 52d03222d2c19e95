import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BookkeepingProvider,
  BookkeepingZion,
  type BreakableLink,
  createDice,
  startBreakableLink,
} from '@tollgate/testkit';
import { expect } from 'vitest';
import { type Books, differences } from './books.ts';
import { type Lived, SEED, whatIsLeft } from './rounds.ts';
import { command, correctedModels, type Environment, ledgerLines } from './started-gateway.ts';
import type { Topology, TopologyParts } from './topology.ts';

export const ADMIN_KEY = 'tg_chaos0TestKey000000000000000000000000000000000';

/** Of each answer, by the call's own model. */
export const words = (model: string): number => 3 + (Number(model.slice('call-'.length)) % 40);

export interface SceneOptions extends Pick<TopologyParts, 'prices'> {
  readonly open: (parts: TopologyParts) => Promise<Topology>;
  readonly provider: Parameters<typeof BookkeepingProvider.start>[0];
  readonly zionTroubles?: Parameters<typeof BookkeepingZion.start>[1];
}

/** All that is around gateways: who they call and tell, each with exact books. */
export interface Scene extends AsyncDisposable {
  readonly folder: string;
  readonly provider: BookkeepingProvider;
  readonly zion: BookkeepingZion;
  readonly zionLink: BreakableLink;
  readonly topology: Topology;
  /** The gateway that commands are given as. */
  readonly first: Environment;
  /** Every difference between the books that no cut call explains, once all had time to settle. */
  differences(told: Pick<Books, 'asked' | 'kills' | 'zionKeys'>): Promise<readonly string[]>;
  /** The gateways end as they should, and the books that they leave are proved. */
  expectOrderlyEnd(lived: Lived): Promise<void>;
}

export async function openScene({
  open,
  provider: options,
  zionTroubles,
  prices,
}: SceneOptions): Promise<Scene> {
  await using opening = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'tollgate chaos '));
  opening.defer(() => rmSync(folder, { recursive: true, force: true }));
  const provider = opening.use(await BookkeepingProvider.start(options));
  const zion = opening.use(await BookkeepingZion.start(createDice(SEED + 1), zionTroubles));
  const zionLink = opening.use(await startBreakableLink({ port: zion.port }));
  const topology = opening.use(
    await open({
      folder,
      adminKey: ADMIN_KEY,
      providerUrl: provider.url,
      zionPort: zionLink.port,
      ...(prices !== undefined && { prices }),
    }),
  );
  const [first = {}] = topology.gateways;
  const opened = opening.move();
  return {
    folder,
    provider,
    zion,
    zionLink,
    topology,
    first,
    differences: (told) =>
      whatIsLeft(async () =>
        differences({
          provider: provider.calls,
          ledger: await ledgerLines(first, folder),
          zion: zion.counted,
          corrected: await correctedModels(first, folder),
          ...told,
        }),
      ),
    expectOrderlyEnd: async (lived) => {
      expect(new Set(await lived.stop())).toEqual(new Set([0]));
      expect(await command(first, folder, ['audit'])).toMatchObject({ differences: [], more: 0 });
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
