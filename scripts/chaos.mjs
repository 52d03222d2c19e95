// npm run chaos: gateways killed 200 times, and the books compared. TOLLGATE_TEST_SEED repeats a run.
import { join } from 'node:path';
import { installOrExit, pinnedNode, root, toolEnvironment } from './install.mjs';
import { runChild } from './run-child.mjs';

await installOrExit();

process.exitCode = await runChild(
  pinnedNode,
  [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', 'test/chaos'],
  {
    cwd: join(root, 'apps', 'gateway'),
    env: { TOLLGATE_TEST_ROUNDS: '200', ...toolEnvironment() },
  },
);
