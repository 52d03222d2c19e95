// Runs one child and ends as it ends. Plain JavaScript for Node 20.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** A terminal sends Ctrl-C to all, and npm sends it once more: both are one wish. */
const SAME_WISH_MS = 1_000;

/** Resolves with the child's exit code, 128 + n when signal n ended it. Signals are passed on once. */
export function runChild(command, args, options) {
  return new Promise((resolve, reject) => {
    // Its own process group: the terminal's Ctrl-C reaches it through here, and so only once.
    const child = spawn(command, args, { stdio: 'inherit', detached: true, ...options });
    let passedOn = Number.NEGATIVE_INFINITY;
    const passOn = (signal) => {
      const now = performance.now();
      if (now - passedOn < SAME_WISH_MS) return;
      passedOn = now;
      child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, passOn);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}
