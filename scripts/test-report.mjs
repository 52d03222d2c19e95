// Adds up what the suites and checks of one run said. Plain JavaScript for Node 20.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Checks of the whole tree, by the name of their script in the root's package.json. */
export const CHECKS = ['lint', 'types', 'style', 'boundaries', 'unused', 'docs'];

/**
 * One line a suite and a check, in the order in which they are shown.
 *
 * @param tasks what turbo's run summary lists: `{ taskId, execution: { exitCode } }`.
 * @returns `{ name, passed, failed, skipped, note }`; a suite without a result has failed once.
 */
export function collectReport(root, tasks) {
  const exitCodes = new Map(tasks.map((task) => [task.taskId, task.execution?.exitCode]));
  const workspaces = listWorkspaces(root);
  const suites = [...workspaces, { name: '//', folder: root, label: 'repository' }].map(
    (workspace) =>
      suiteLine(
        workspace,
        exitCodes.get(`${workspace.name}#${workspace.name === '//' ? 'test:repo' : 'test'}`),
      ),
  );
  const checks = [
    ...workspaces.map(({ name }) => ({ id: `${name}#types`, label: `types ${name}` })),
    ...CHECKS.map((check) => ({ id: `//#${check}`, label: check })),
  ].map(({ id, label }) => checkLine(label, exitCodes.get(id), exitCodes.has(id)));
  return [...suites, ...checks];
}

export function listWorkspaces(root) {
  const grouped = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).map((folder) => join(root, group, folder)),
  );
  return [...grouped, join(root, 'examples')]
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => {
      const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return { name, folder, label: name };
    });
}

export function addUp(lines) {
  const sum = (field) => lines.reduce((total, line) => total + line[field], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

export function renderTable(lines) {
  const width = Math.max(...lines.map((line) => line.name.length));
  const row = (name, ...cells) =>
    `${name.padEnd(width)}${cells.map((cell) => String(cell).padStart(9)).join('')}`;
  return [
    row('', 'passed', 'failed', 'skipped'),
    ...lines.map(({ name, passed, failed, skipped, note }) => {
      const cells = row(name, passed, failed, skipped);
      return note === undefined ? cells : `${cells}  ${note}`;
    }),
  ].join('\n');
}

function suiteLine({ folder, label }, exitCode) {
  const counts = readCounts(join(folder, '.results', 'test.json'));
  if (counts === undefined) return failure(label, 'left no result');
  if (counts.passed + counts.failed === 0) return failure(label, 'ran no test');
  if (counts.failed === 0 && exitCode !== 0) {
    return {
      name: label,
      ...counts,
      failed: 1,
      note: `ended with ${exitCode ?? 'no exit code'} beside its tests`,
    };
  }
  return { name: label, ...counts };
}

/** What a skipped suite's title says after its colon: `the ledger on postgres: nothing answers`. */
const reasonIn = ({ ancestorTitles = [] }) =>
  ancestorTitles.map((title) => title.split(': ').slice(1).join(': ')).find((why) => why !== '');

function checkLine(label, exitCode, ran) {
  if (exitCode === 0) return { name: label, passed: 1, failed: 0, skipped: 0 };
  return failure(label, ran && exitCode !== undefined ? undefined : 'did not run');
}

function failure(name, note) {
  return { name, passed: 0, failed: 1, skipped: 0, ...(note === undefined ? {} : { note }) };
}

/** Counts of one vitest JSON report, undefined when it is missing or cut. */
function readCounts(path) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
  if (!Array.isArray(report?.testResults)) return undefined;
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const reasons = new Set();
  for (const file of report.testResults) {
    const assertions = file.assertionResults ?? [];
    const statuses = assertions.map((assertion) => assertion.status);
    for (const assertion of assertions) {
      const isRun = assertion.status === 'passed' || assertion.status === 'failed';
      counts[isRun ? assertion.status : 'skipped'] += 1;
      if (!isRun) reasons.add(reasonIn(assertion) ?? 'no reason told');
    }
    // A file that can't even be loaded has no tests to fail.
    if (file.status === 'failed' && !statuses.includes('failed')) counts.failed += 1;
  }
  return reasons.size === 0 ? counts : { ...counts, note: `skipped: ${[...reasons].join('; ')}` };
}
