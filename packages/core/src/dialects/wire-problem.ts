import type * as z from 'zod';
import type { GatewayError } from '../chat/error.ts';
import { nearestName } from '../nearest-name.ts';

type Issue = z.core.$ZodIssue;

/**
 * What a schema found wrong with a client's body, as the error that client reads: the JSON path in
 * the client's own words, and what was expected there. Only the first problem is told, as only the
 * first can be trusted: the others may follow from it.
 */
export function wireProblem(
  error: z.ZodError,
  known: readonly string[] = [],
): Extract<GatewayError, { readonly kind: 'invalid_request' }> {
  const [first] = error.issues;
  if (first === undefined) return { kind: 'invalid_request', detail: 'the body is not valid' };
  const issue = deepest(first);
  const extra = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = jsonPath(extra === undefined ? issue.path : [...issue.path, extra]);
  const detail = extra === undefined ? describe(issue) : describeUnknown(extra, known);
  return { kind: 'invalid_request', ...(path === '' ? {} : { path }), detail };
}

/**
 * `['messages', 1, 'content']` as `messages[1].content`. Names that are no words are quoted, and
 * long ones cut: the text is printable ASCII and fit for a header.
 */
export function jsonPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) {
    const name = String(step);
    if (typeof step === 'number') text += `[${name}]`;
    else if (WORD.test(name)) text += text === '' ? name : `.${name}`;
    else text += `[${quoted(name)}]`;
  }
  return text;
}

const WORD = /^[A-Za-z_$][\w$-]{0,63}$/;

const quoted = (name: string): string =>
  JSON.stringify(name.slice(0, 64)).replace(
    /[^ -~]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** "unknown field", and the name that was probably meant. */
export function describeUnknown(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return near === undefined ? 'unknown field' : `unknown field; did you mean "${near}"?`;
}

/** Of a union's branches, the one that got furthest is the one the client meant. */
function deepest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  let best: Issue | undefined;
  for (const [branch] of issue.errors) {
    if (branch === undefined) continue;
    const inner = deepest({ ...branch, path: [...issue.path, ...branch.path] });
    const floor = best?.path.length ?? issue.path.length;
    if (inner.path.length > floor) best = inner;
  }
  return best ?? issue;
}

function describe(issue: Issue): string {
  if (issue.code === 'invalid_union') return describeUnion(issue);
  const text = issue.message.replace(/^Invalid (input|option): /, '');
  return text.endsWith(', received undefined')
    ? `is required: ${text.slice(0, -', received undefined'.length)}`
    : text;
}

function describeUnion(issue: Extract<Issue, { readonly code: 'invalid_union' }>): string {
  // Of a discriminated union only; zod's types don't tell the two apart.
  const options: unknown = Reflect.get(issue, 'options');
  if (Array.isArray(options)) {
    return `expected one of ${options.map((option) => JSON.stringify(option)).join(', ')}`;
  }
  const wanted = new Set<string>();
  let received = '';
  let namesValues = false;
  for (const [branch] of issue.errors) {
    if (branch?.code === 'invalid_type') {
      wanted.add(branch.expected);
      received ||= /received (\w+)$/.exec(branch.message)?.[1] ?? '';
    } else if (branch?.code === 'invalid_value') {
      for (const value of branch.values) wanted.add(JSON.stringify(value));
      namesValues = true;
    }
  }
  if (wanted.size === 0) return 'is not of a known form';
  const expected = `expected ${[...wanted].join(' or ')}`;
  if (received === 'undefined') return `is required: ${expected}`;
  return received === '' || namesValues ? expected : `${expected}, received ${received}`;
}
