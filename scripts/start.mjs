// npm start: installs what is missing, then runs the gateway.
import { join } from 'node:path';
import { installOrExit, root } from './install.mjs';
import { runChild } from './run-child.mjs';

await installOrExit();
process.exitCode = await runChild(join(root, 'bin', 'tollgate'), [
  'start',
  ...process.argv.slice(2),
]);
