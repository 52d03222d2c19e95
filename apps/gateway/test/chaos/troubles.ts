import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { BreakableLink, Dice, RunningProcess } from '@tollgate/testkit';

/** Something that goes wrong while calls run. It lasts until it is mended, or its gateway is killed. */
export interface Trouble {
  readonly name: string;
  /** Calls that end meanwhile may not get into the ledger, nor into its journal. */
  readonly keepsFromLedger: boolean;
  begin(gateway: RunningProcess): Promise<void>;
  /** Whether its gateway lives or not. */
  mend(gateway: RunningProcess): Promise<void>;
}

const run = promisify(execFile);

/** The kernel refuses this process's writes to a file beyond so many bytes. */
async function limitFiles(gateway: RunningProcess, bytes: string): Promise<void> {
  await run('prlimit', ['--pid', String(gateway.pid), `--fsize=${bytes}:`]);
}

export const missingLimits = async (): Promise<string | undefined> =>
  run('prlimit', ['--version']).then(
    () => undefined,
    () => 'no prlimit here',
  );

/**
 * No file of the gateway can grow beyond this, as on a disk that is full. Small ones may, so that the
 * journal of what could not be booked has room, or none may.
 */
export const fullDisk = (bytes: number): Trouble => ({
  name: `a disk with room for ${bytes} bytes a file`,
  keepsFromLedger: bytes === 0,
  begin: (gateway) => limitFiles(gateway, String(bytes)),
  // One that was killed is gone with its limit.
  mend: (gateway) => limitFiles(gateway, 'unlimited').catch(() => undefined),
});

/** A way to PostgreSQL or Redis is cut off, or silent. */
export const brokenLink = (link: BreakableLink, state: 'cut' | 'hung'): Trouble => ({
  name: `a link that is ${state}`,
  keepsFromLedger: true,
  begin: async () => link.set(state),
  mend: async () => link.set('open'),
});

const MINUTE_MS = 60_000;
const SHIFTS = [-3 * 86_400_000, -3_600_000, -MINUTE_MS, MINUTE_MS, 3_600_000, 40 * 86_400_000];

/** The clock of one gateway is set, and set right again. */
export const shiftedClock = (file: string, dice: Dice): Trouble => {
  const shiftMs = dice.of(SHIFTS);
  return {
    name: `a clock that is set by ${shiftMs / MINUTE_MS} minutes`,
    keepsFromLedger: false,
    begin: async () => writeFileSync(file, String(shiftMs)),
    mend: async () => writeFileSync(file, '0'),
  };
};

/** How long a trouble lasts, milliseconds. */
const LONGEST_MS = 700;

/** What ended while it lasted waits for its commit: the ledger is tried again each second. */
const RECOVERY_MS = 2_500;

/** Lets it last a while, and mostly mends it. False: it still lasts. */
export async function pass(
  trouble: Trouble,
  gateway: RunningProcess,
  dice: Dice,
): Promise<boolean> {
  await trouble.begin(gateway);
  await sleep(dice.below(LONGEST_MS));
  if (dice.chance(0.3)) return false;
  await trouble.mend(gateway);
  if (trouble.keepsFromLedger) await sleep(RECOVERY_MS);
  return true;
}
