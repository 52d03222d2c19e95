import { type Environment, readVariable } from './environment.ts';
import type { Path } from './problem.ts';

export interface Interpolated {
  readonly value: unknown;
  /** Texts that held a variable: what was meant as a number or a flag is still text there. */
  readonly replaced: readonly Path[];
  /** `${VAR}` without a value and without a default. */
  readonly unset: readonly { readonly path: Path; readonly variable: string }[];
}

const REFERENCE = /\$\{([^}]*)\}/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Replaces `${VAR}` and `${VAR:-default}` in all texts, once: a value that holds `${` stays as it is.
 * An unset variable leaves its text undefined. Empty values (`key:`) are left out, as if not written.
 */
export function interpolate(value: unknown, env: Environment): Interpolated {
  const replaced: Path[] = [];
  const unset: { path: Path; variable: string }[] = [];

  const visit = (node: unknown, path: Path): unknown => {
    if (typeof node === 'string') return replaceIn(node, path);
    if (Array.isArray(node)) return node.map((item, index) => visit(item, [...path, index]));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(
      Object.entries(node)
        .filter(([, item]) => item !== null)
        .map(([key, item]) => [key, visit(item, [...path, key])]),
    );
  };

  const replaceIn = (text: string, path: Path): string | undefined => {
    if (!text.includes('${')) return text;
    replaced.push(path);
    let isUnset = false;
    const result = text.replace(REFERENCE, (reference, inner: string) => {
      const [, name, fallback] = NAME.exec(inner) ?? [];
      const found = name === undefined ? undefined : (readVariable(env, name) ?? fallback);
      if (found !== undefined) return found;
      isUnset = true;
      unset.push({ path, variable: name ?? reference });
      return '';
    });
    return isUnset ? undefined : result;
  };

  return { value: visit(value, []), replaced, unset };
}
