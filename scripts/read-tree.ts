import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { SourceFile } from './style-rules.ts';

const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', 'data', 'recordings']);

/** Every file of ours under `root` whose name fits; what tools wrote or dots hide is left out. */
export async function readTree(root: string, names: RegExp): Promise<readonly SourceFile[]> {
  const found: SourceFile[] = [];
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!NOT_OURS.has(entry.name) && !entry.name.startsWith('.')) await visit(path);
      } else if (entry.isFile() && names.test(entry.name)) {
        found.push({
          path: relative(root, path).split(sep).join('/'),
          text: await readFile(path, 'utf8'),
        });
      }
    }
  };
  await visit(root);
  return found.sort((one, other) => (one.path < other.path ? -1 : 1));
}
