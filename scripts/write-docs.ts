import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generatedDocs } from './generated-docs.ts';

const root = join(import.meta.dirname, '..');
for (const { path, text } of generatedDocs()) {
  await writeFile(join(root, path), text);
  process.stdout.write(`${path}\n`);
}
