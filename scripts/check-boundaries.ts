import { join } from 'node:path';
import { findViolations } from './boundaries.ts';

/** A cruiser that sees no modules finds no violations either: this many were there at the start. */
const LEAST_MODULES = 100;

const { modules, violations } = await findViolations(join(import.meta.dirname, '..'));
for (const { rule, from, to } of violations) {
  process.stderr.write(`${rule}: ${from} must not import ${to}\n`);
}
if (modules < LEAST_MODULES) {
  process.stderr.write(`Only ${modules} modules were seen, at least ${LEAST_MODULES} are there.\n`);
}
process.stdout.write(`${modules} modules checked, ${violations.length} violations\n`);
process.exitCode = violations.length > 0 || modules < LEAST_MODULES ? 1 : 0;
