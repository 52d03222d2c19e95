import { access, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generatedDocs } from './generated-docs.ts';
import { readTree } from './read-tree.ts';

const root = join(import.meta.dirname, '..');
const problems: string[] = [];

for (const { path, text } of generatedDocs()) {
  const written = await readFile(join(root, path), 'utf8').catch(() => undefined);
  if (written !== text) {
    problems.push(
      `${path} is not what the code says: run pnpm docs:write (node scripts/run.mjs scripts/write-docs.ts)`,
    );
  }
}

const pages = await readTree(root, /\.md$/);
for (const { path, text } of pages) {
  for (const [, target = ''] of text.matchAll(
    /\]\((?!https?:|mailto:|#)([^)\s#]+)(?:#[^)]*)?\)/g,
  )) {
    const exists = await access(join(root, dirname(path), decodeURI(target))).then(
      () => true,
      () => false,
    );
    if (!exists) problems.push(`${path}: the link to ${target} leads nowhere`);
  }
}

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`${pages.length} pages checked, ${problems.length} problems\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
