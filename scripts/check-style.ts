import { join } from 'node:path';
import { readTree } from './read-tree.ts';
import { styleProblems } from './style-rules.ts';

const files = await readTree(join(import.meta.dirname, '..'), /\.(ts|mjs|cjs)$/);
const problems = styleProblems(files);
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`${files.length} files checked, ${problems.length} problems\n`);
process.exitCode = problems.length > 0 || files.length === 0 ? 1 : 0;
