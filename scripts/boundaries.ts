import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');

const Output = z.object({
  summary: z.object({
    totalCruised: z.int(),
    violations: z.array(
      z.object({ rule: z.object({ name: z.string() }), from: z.string(), to: z.string() }),
    ),
  }),
});

export interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

/** Follows every import of the workspace under `folder` and holds it against our import rules. */
export async function findViolations(
  folder: string,
): Promise<{ readonly modules: number; readonly violations: readonly Violation[] }> {
  const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const rules = join(root, '.dependency-cruiser.cjs');
  const options = ['packages', 'apps', '--config', rules, '--output-type', 'json', '--no-progress'];
  const { stdout } = await run(process.execPath, [depcruise, ...options], {
    cwd: folder,
    maxBuffer: 256 * 1024 * 1024,
  });
  const { summary } = Output.parse(JSON.parse(stdout));
  return {
    modules: summary.totalCruised,
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}
