import { err, nearestName, ok, type Result } from '@tollgate/core';
import { KNOWN_PROVIDERS } from '@tollgate/core/providers';
import type * as z from 'zod';
import type { Config } from './config.ts';
import { describeIssue, type Finding, valueAt } from './describe-issue.ts';
import { type Environment, VARIABLES } from './environment.ts';
import { type Interpolated, interpolate } from './interpolate.ts';
import { asNumber, isRecord, overlayEnvironment, withValueAt } from './overlay.ts';
import { type ConfigProblem, type Path, renderPath } from './problem.ts';
import { resolveConfig } from './resolve.ts';
import { Settings } from './schema.ts';

export interface ConfigSources {
  /** What the settings file holds, as plain data; absent: there is none. */
  readonly file?: unknown;
  readonly env: Environment;
}

/** Finds where in the file a setting stands. */
export type Locate = (path: Path) => Omit<ConfigProblem, 'path' | 'message'>;

/** File, environment and defaults as one configuration, or all that is wrong with them. */
export function parseConfig(
  { file, env }: ConfigSources,
  locate: Locate = () => ({}),
): Result<Config, readonly ConfigProblem[]> {
  const interpolated = interpolate(file ?? {}, env);
  if (!isRecord(interpolated.value)) {
    return err([{ ...locate([]), path: 'file', message: 'expected a map of settings' }]);
  }
  const hasFile = file !== undefined && file !== null;
  const overlaid = overlayEnvironment(interpolated.value, { env, hasFile });
  const { withoutKey, unset } = splitUnset(interpolated);
  const checked = check(overlaid.tree, interpolated.replaced);
  const resolved = checked.success
    ? resolveConfig({
        settings: checked.data,
        env,
        known: KNOWN_PROVIDERS,
        withoutKey,
        notes: [...overlaid.notes, ...strangeVariables(env)],
      })
    : undefined;
  const findings = resolved?.findings ?? issuesOf(checked, overlaid.tree);
  const isUnset = new Set(unset.map(({ path }) => renderPath(path)));
  const problems = [...unset, ...findings.filter(({ path }) => !isUnset.has(renderPath(path)))].map(
    ({ path, message }): ConfigProblem => {
      const variable = overlaid.variables.get(renderPath(path));
      return variable === undefined
        ? { ...locate(path), path: renderPath(path), message }
        : { path: variable, message };
    },
  );
  if (resolved !== undefined && problems.length === 0) return ok(resolved.config);
  return err(problems);
}

type Checked = z.ZodSafeParseResult<Settings>;

/** A number that came through `${VAR}` is text until the schema asks for a number there. */
function check(tree: unknown, replaced: readonly Path[]): Checked {
  const first = Settings.safeParse(tree);
  if (first.success) return first;
  const texts = new Set(replaced.map(renderPath));
  let retyped = tree;
  for (const issue of first.error.issues) {
    const path = issue.path.filter((part) => typeof part !== 'symbol');
    if (issue.code !== 'invalid_type' || !texts.has(renderPath(path))) continue;
    const text = String(valueAt(tree, path));
    const value =
      issue.expected === 'boolean' && /^(true|false)$/.test(text)
        ? text === 'true'
        : asNumber(text);
    retyped = withValueAt(retyped, path, value);
  }
  return retyped === tree ? first : Settings.safeParse(retyped);
}

const issuesOf = (checked: Checked, tree: unknown): readonly Finding[] =>
  checked.success ? [] : checked.error.issues.flatMap((issue) => describeIssue(issue, tree));

/** A provider without its key is off, any other unset variable is a mistake. */
function splitUnset({ unset }: Interpolated) {
  const withoutKey = new Map<string, string>();
  const mistakes: Finding[] = [];
  for (const { path, variable } of unset) {
    const [section, name, field] = path;
    if (section === 'providers' && field === 'apiKey' && path.length === 3) {
      withoutKey.set(String(name), variable);
    } else {
      const message = `${variable} is not set; a default is written \${${variable}:-default}`;
      mistakes.push({ path, message });
    }
  }
  return { withoutKey, unset: mistakes };
}

/** A misspelt variable does nothing: said, since nothing else would show it. */
function strangeVariables(env: Environment): readonly string[] {
  const known = VARIABLES.map(({ name }) => name);
  return Object.keys(env)
    .filter((name) => name.startsWith('TOLLGATE_') && !name.startsWith('TOLLGATE_TEST_'))
    .filter((name) => !known.includes(name))
    .map((name) => {
      const nearest = nearestName(name, known);
      const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
      return `${name} is not a variable that Tollgate reads.${hint}`;
    });
}
