import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addUp, CHECKS, closingLine, collectReport, renderTable } from '../scripts/test-report.mjs';

const ran = (taskId: string, exitCode: number) => ({ taskId, execution: { exitCode } });
const CHECKS_PASSED = [
  ran('@x/one#types', 0),
  ...CHECKS.map((check: string) => ran(`//#${check}`, 0)),
];
const PASSED = { status: 'passed', assertionResults: [{ status: 'passed' }] };

let root: string;

function leaveResult(folder: string, text: string): void {
  mkdirSync(join(root, folder, '.results'), { recursive: true });
  writeFileSync(join(root, folder, '.results/test.json'), text);
}

const report = (...testResults: unknown[]) => JSON.stringify({ testResults });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tollgate report '));
  mkdirSync(join(root, 'packages/one'), { recursive: true });
  mkdirSync(join(root, 'apps'));
  writeFileSync(join(root, 'packages/one/package.json'), '{"name":"@x/one"}');
  leaveResult('.', report(PASSED));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the report of a run', () => {
  it('adds up tests of all packages and one for each check', () => {
    leaveResult(
      'packages/one',
      report(PASSED, {
        status: 'passed',
        assertionResults: [{ status: 'passed' }, { status: 'pending' }, { status: 'todo' }],
      }),
    );

    const lines = collectReport(root, [
      ran('@x/one#test', 0),
      ran('//#test:repo', 0),
      ...CHECKS_PASSED,
    ]);

    expect(closingLine(addUp(lines))).toBe(
      `${2 + 1 + 1 + CHECKS.length} passed, 0 failed, 2 skipped`,
    );
    expect(renderTable(lines)).toMatch(/^@x\/one +2 +0 +2 /m);
  });

  it('tells why suites were skipped, as their titles do', () => {
    const skipped = { status: 'pending', ancestorTitles: ['the ledger: no engine: set X'] };
    leaveResult(
      'packages/one',
      report({ status: 'passed', assertionResults: [{ status: 'passed' }, skipped, skipped] }),
    );

    const lines = collectReport(root, [ran('@x/one#test', 0), ran('//#test:repo', 0)]);

    expect(renderTable(lines)).toMatch(/^@x\/one +1 +0 +2 +skipped: no engine: set X$/m);
  });

  it.each([
    ['no report was left', undefined, 1, 'left no result'],
    ['the report is cut', '{"testResults":[{"ass', 1, 'left no result'],
    ['the report is of another shape', 'null', 1, 'left no result'],
    ['no test ran', report(), 0, 'ran no test'],
    ['vitest ended badly beside passing tests', report(PASSED), 1, 'ended with 1 beside its tests'],
    [
      'turbo tells no exit code',
      report(PASSED),
      undefined,
      'ended with no exit code beside its tests',
    ],
    [
      'a test failed',
      report({ status: 'failed', assertionResults: [{ status: 'failed' }] }),
      1,
      undefined,
    ],
    [
      'a file could not be loaded',
      report(PASSED, { status: 'failed', assertionResults: [] }),
      1,
      undefined,
    ],
  ])('counts one failure when %s', (_case, text, exitCode, note) => {
    if (text !== undefined) leaveResult('packages/one', text);
    const tasks = exitCode === undefined ? [] : [ran('@x/one#test', exitCode)];

    const lines = collectReport(root, [...tasks, ran('//#test:repo', 0), ...CHECKS_PASSED]);

    expect(lines[0]).toMatchObject({ name: '@x/one', failed: 1 });
    expect(lines[0]?.note).toBe(note);
    expect(addUp(lines).failed).toBe(1);
  });

  it('fails every suite and check of a run that never started', () => {
    const lines = collectReport(root, []);

    expect(addUp(lines)).toEqual({ passed: 1, failed: 3 + CHECKS.length, skipped: 0 });
  });

  it('fails a check that ended badly', () => {
    leaveResult('packages/one', report(PASSED));

    const lines = collectReport(root, [
      ran('@x/one#test', 0),
      ran('//#test:repo', 0),
      ...CHECKS_PASSED.filter(({ taskId }) => taskId !== '//#lint'),
      ran('//#lint', 1),
    ]);

    expect(lines.filter((line) => line.failed > 0)).toEqual([
      { name: 'lint', passed: 0, failed: 1, skipped: 0 },
    ]);
  });
});
