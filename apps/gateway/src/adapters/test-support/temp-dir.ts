import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder, removed with all that is in it when the scope ends. */
export function tempDir(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'tollgate test '));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
