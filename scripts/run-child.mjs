// Runs one child and ends as it ends. Plain JavaScript for Node 20.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Resolves with the child's exit code, 128 + n when signal n ended it. Signals are passed on: a
 * terminal's Ctrl-C reaches the child by itself and through npm as well, which it must bear.
 */
export function runChild(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => child.kill(signal));
    }
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}
