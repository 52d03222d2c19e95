// npm run conformance: every recording, cut in every way, through every face; ends with the table.
import { join } from 'node:path';
import { installOrExit, pinnedNode, root, toolEnvironment } from './install.mjs';
import { runChild } from './run-child.mjs';

await installOrExit();

process.exitCode = await runChild(
  pinnedNode,
  [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', 'test/conformance'],
  {
    cwd: join(root, 'apps', 'gateway'),
    env: { ...toolEnvironment(), TOLLGATE_TEST_CUTS: 'all' },
  },
);
