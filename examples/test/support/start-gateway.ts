import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from '@tollgate/testkit';

export const ROOT = join(import.meta.dirname, '../../..');

export interface Gateway extends AsyncDisposable {
  readonly url: string;
  /** The admin key that it printed. */
  readonly key: string;
  readonly dataDir: string;
  /** All that it had printed when its banner was complete. */
  readonly banner: string;
}

/** `bin/tollgate start` as someone new starts it, but for its port and its data folder. */
export async function startGateway(
  env: { readonly [name: string]: string | undefined } = {},
): Promise<Gateway> {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate examples '));
  const dataDir = join(folder, 'data');
  const gateway = await startProcess(join(ROOT, 'bin/tollgate'), ['start'], {
    env: { TOLLGATE_PORT: '0', TOLLGATE_DATA_DIR: dataDir, ...env },
    cwd: folder,
  });
  const dispose = async (): Promise<void> => {
    await gateway[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await gateway.waitForLine(/^ {2}curl /, 30_000);
  } catch (error) {
    await dispose();
    throw error;
  }
  const banner = gateway.stdout.join('\n');
  return {
    url: /http:\/\/\S+/.exec(banner)?.[0] ?? '',
    key: /tg_\S+/.exec(banner)?.[0] ?? '',
    dataDir,
    banner,
    [Symbol.asyncDispose]: dispose,
  };
}
