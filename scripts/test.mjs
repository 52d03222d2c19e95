// npm test: installs what is missing, runs every suite and check through turbo, adds them up.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installOrExit, pinnedNode, root, toolEnvironment } from './install.mjs';
import { runChild } from './run-child.mjs';
import {
  addUp,
  CHECKS,
  closingLine,
  collectReport,
  listWorkspaces,
  renderTable,
} from './test-report.mjs';

await installOrExit();

const runs = join(root, '.turbo', 'runs');
// What an earlier run left must not count for this one; turbo brings back what it has cached.
for (const folder of [root, ...listWorkspaces(root).map((workspace) => workspace.folder)]) {
  rmSync(join(folder, '.results'), { recursive: true, force: true });
}
rmSync(runs, { recursive: true, force: true });

const turbo = join(root, 'node_modules', 'turbo', 'bin', 'turbo');
const exitCode = await runChild(
  pinnedNode,
  [
    turbo,
    'run',
    'test',
    'test:repo',
    ...CHECKS,
    '--continue=always',
    '--summarize',
    '--output-logs=errors-only',
    '--log-order=grouped',
  ],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...toolEnvironment(), TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  },
);

const lines = collectReport(root, readTasks());
if (exitCode !== 0 && addUp(lines).failed === 0) {
  lines.push({ name: 'turbo', passed: 0, failed: 1, skipped: 0, note: `ended with ${exitCode}` });
}
const totals = addUp(lines);
process.stdout.write(`\n${renderTable(lines)}\n\n${closingLine(totals)}\n`);
process.exitCode = totals.failed === 0 ? 0 : 1;

function readTasks() {
  if (!existsSync(runs)) return [];
  const [summary] = readdirSync(runs).filter((name) => name.endsWith('.json'));
  return summary === undefined ? [] : JSON.parse(readFileSync(join(runs, summary), 'utf8')).tasks;
}
