// Runs one of our TypeScript programs on the pinned runtime: node scripts/run.mjs bench/run.ts
import { installOrExit, pinnedNode, toolEnvironment } from './install.mjs';
import { runChild } from './run-child.mjs';

await installOrExit();
process.exitCode = await runChild(pinnedNode, process.argv.slice(2), { env: toolEnvironment() });
