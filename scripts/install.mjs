// Installs what the lockfile names, once. Plain JavaScript for Node 20: nothing is installed before it ran.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const binaries = join(root, 'node_modules', '.bin');
/** A copy of the lockfile that node_modules was installed from. */
const stamp = join(root, 'node_modules', '.tollgate-installed');
const lock = join(root, 'node_modules', '.tollgate-installing');
const LONGEST_INSTALL_MS = 10 * 60_000;

export const pinnedNode = join(binaries, 'node');

/** The environment in which the workspace's own tools come first. */
export function toolEnvironment() {
  return { ...process.env, PATH: `${binaries}:${process.env.PATH ?? ''}` };
}

export function isInstalled() {
  if (!existsSync(pinnedNode) || !existsSync(stamp)) return false;
  return readFileSync(stamp, 'utf8') === readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
}

/** Resolves when node_modules fits the lockfile; needs no network when it already does. */
export async function install() {
  if (isInstalled()) return;
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  await withLock(() => {
    if (isInstalled()) return;
    process.stderr.write('Installing what the lockfile names (once)…\n');
    runPnpm(['install', '--frozen-lockfile', '--reporter=append-only']);
    if (!existsSync(pinnedNode)) {
      throw new InstallError(
        `No Node.js runtime of ours fits ${process.platform} on ${process.arch}: ` +
          'package.json lists those that do under optionalDependencies (on Windows, use WSL).',
      );
    }
    checkRuntime();
    writeFileSync(stamp, readFileSync(join(root, 'pnpm-lock.yaml')));
  });
}

export class InstallError extends Error {}

/** A slim image may lack what the runtime is linked against: said here, not at the first start. */
function checkRuntime() {
  const tried = spawnSync(pinnedNode, ['--version'], { encoding: 'utf8' });
  if (tried.status === 0) return;
  const why = (tried.error?.message ?? tried.stderr).trim();
  throw new InstallError(
    `The Node.js runtime that was installed does not run here: ${why}\n` +
      'On a slim Linux image install the library it names (libatomic1 on Debian and Ubuntu, ' +
      'libatomic on Fedora); Alpine, without glibc, is not supported.',
  );
}

function runPnpm(args) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = manifest.devDependencies.pnpm;
  const local = join(root, 'node_modules', 'pnpm', 'bin', 'pnpm.mjs');
  const isLocal = existsSync(local) && localVersion() === version;
  const [command, first] = isLocal
    ? [process.execPath, [local]]
    : ['npx', ['-y', `pnpm@${version}`]];
  const done = spawnSync(command, [...first, ...args], {
    cwd: root,
    // All of it goes to stderr: a command's stdout belongs to its result.
    stdio: ['ignore', 2, 2],
    env: {
      ...process.env,
      CI: 'true',
      npm_config_update_notifier: 'false',
      // Without a network, npm would try for more than a minute before it says so.
      npm_config_fetch_retry_mintimeout: '1000',
      npm_config_fetch_retry_maxtimeout: '4000',
    },
  });
  if (done.error) throw new InstallError(`Could not run ${command}: ${done.error.message}`);
  if (done.status !== 0) {
    throw new InstallError(
      'The installation failed; the lines above say why. It needs the npm registry the first time ' +
        '(npm config get registry); after that, starting and testing work offline.',
    );
  }
}

function localVersion() {
  const manifest = join(root, 'node_modules', 'pnpm', 'package.json');
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined;
}

/** One installation at a time: `npm start` and `npm test` may be started together. */
async function withLock(task) {
  const deadline = Date.now() + LONGEST_INSTALL_MS;
  while (!takeLock()) {
    if (Date.now() > deadline) {
      throw new InstallError(
        `Another installation has held ${lock} for ten minutes; remove it if none runs.`,
      );
    }
    await sleep(200);
  }
  try {
    task();
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock() {
  try {
    const file = openSync(lock, 'wx');
    writeFileSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isAbandoned()) rmSync(lock, { force: true });
    return false;
  }
}

function isAbandoned() {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    // An empty file is one that is being written, unless it is old.
    if (holder === 0) return Date.now() - statSync(lock).mtimeMs > 5_000;
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** Installs, or says what went wrong and ends the process with 1. */
export async function installOrExit() {
  try {
    await install();
  } catch (error) {
    if (!(error instanceof InstallError)) throw error;
    process.stderr.write(`tollgate: ${error.message}\n`);
    process.exit(1);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await installOrExit();
}
