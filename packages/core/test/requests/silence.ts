import type { Loss } from '../../src/chat/index.ts';
import type { JsonValue } from '../../src/json/index.ts';
import { type Leaf, leavesOf, pathOf, type Step, withAt } from './leaves.ts';

/** What became of a request on the other side: what is said there, and what is told to be missing. */
export interface Outcome {
  readonly said: JsonValue;
  readonly losses: readonly Loss[];
}

/** A leaf that was lost, and what shows it. */
export interface Silence extends Leaf {
  readonly path: string;
  readonly problem: string;
}

/** Undefined where the request is refused: nothing is lost then. */
export type Translate = (request: JsonValue) => Outcome | undefined;

/** Letters and digits only, so that it stands in names, ids, addresses and base64 alike. */
const MARKER = 'MARKq7x';

/** What only says of which form its object is. */
const FORMS = new Set(['type', 'kind', 'dialect']);

/** Words of a closed set, in any dialect: free text in their place is no request. */
const WORDS = new Set([
  ...[
    'role',
    'effort',
    'reasoning_effort',
    'visibility',
    'verbosity',
    'detail',
    'lifetime',
    'mode',
  ],
  ...['mediaType', 'media_type', 'mimeType', 'format', 'serviceTier', 'service_tier', 'provider'],
  ...[
    'form',
    'ttl',
    'thinkingLevel',
    'display',
    'tool_choice',
    'function_call',
    'responseMimeType',
  ],
  ...['status', 'mediaResolution', 'language', 'outcome', 'summary_mode'],
]);

/** Ids tie two places together: one alone in its new form would be another request. */
const TIES = new Set([...['id', 'callId', 'call_id', 'tool_call_id', 'tool_use_id', 'toolUseId']]);

const SCHEMAS = new Set([
  ...['parameters', 'parametersJsonSchema', 'schema', 'input_schema'],
  ...['responseSchema', 'responseJsonSchema'],
]);

/**
 * The leaves of a request of which neither the outcome nor its losses know anything: taken away,
 * they leave everything as it was; changed, nothing shows the change.
 */
export function lostInSilence(request: JsonValue, translate: Translate): readonly Silence[] {
  const whole = translate(request);
  if (whole === undefined) return [];
  const given = { request, translate, before: JSON.stringify(whole), said: whole.said };
  return leavesOf(request).flatMap((leaf) => {
    const path = pathOf(leaf.steps);
    if (isTold(path, whole.losses)) return [];
    const problem = problemOf(leaf, given);
    return problem === undefined ? [] : [{ ...leaf, path, problem }];
  });
}

interface Given {
  readonly request: JsonValue;
  readonly translate: Translate;
  readonly before: string;
  readonly said: JsonValue;
}

function problemOf(leaf: Leaf, given: Given): string | undefined {
  const { steps, value } = leaf;
  const last = steps.at(-1);
  if (value === null || (typeof last === 'string' && FORMS.has(last))) return undefined;
  if (Array.isArray(value) && value.length === 0) return undefined;
  // A schema that allows everything says nothing, and its place is never empty.
  if (last === 'schema') return undefined;
  // An object that lists no properties may have any: to list none says no more.
  if (last === 'properties' && isInSchema(steps)) return undefined;
  if (typeof value === 'string' && isFree(steps)) {
    const seen = isMarkerSeen(steps, value, given);
    if (seen !== undefined) return seen ? undefined : 'its text is nowhere';
  }
  if (isUnnoticed(leaf, given)) return 'makes no difference';
  const isCarried = typeof value !== 'number' || isInSchema(steps) || holds(given.said, value);
  return isCarried ? undefined : `${value} is nowhere`;
}

/** Undefined where the request is refused with other text there. */
function isMarkerSeen(
  steps: readonly Step[],
  value: string,
  { request, translate }: Given,
): boolean | undefined {
  const last = steps.at(-1);
  const marked =
    (typeof last === 'string' && TIES.has(last)) || (steps[0] === 'tools' && last === 'name')
      ? withText(request, value, `${MARKER}${value}`)
      : withAt(request, steps, markedText(steps, value));
  const outcome = translate(marked);
  if (outcome === undefined) return undefined;
  return JSON.stringify(outcome.said).includes(MARKER) || isTold(pathOf(steps), outcome.losses);
}

function isUnnoticed({ steps, value }: Leaf, given: Given): boolean {
  const changed = given.translate(withAt(given.request, steps, alternative(steps, value)));
  return changed !== undefined && JSON.stringify(changed) === given.before;
}

const withText = (request: JsonValue, from: string, to: string): JsonValue =>
  JSON.parse(JSON.stringify(request).replaceAll(JSON.stringify(from), JSON.stringify(to)));

const isInSchema = (steps: readonly Step[]): boolean =>
  steps.some((step) => typeof step === 'string' && SCHEMAS.has(step));

function holds(value: JsonValue, wanted: number): boolean {
  return leavesOf(value).some(
    ({ value: found }) =>
      found === wanted || (typeof found === 'string' && found.includes(`${wanted}`)),
  );
}

function isFree(steps: readonly Step[]): boolean {
  const last = steps.at(-1);
  const name = typeof last === 'string' ? last : steps.at(-2);
  if (typeof last === 'string' && WORDS.has(last)) return false;
  if (isInSchema(steps)) return last === 'description' || last === 'title';
  // Names of tools to choose from must be those of tools.
  return !['toolChoice', 'names', 'modalities'].includes(`${name}`) && steps[0] !== 'toolChoice';
}

/** Another value of its kind, or nothing in its place. */
function alternative(steps: readonly Step[], value: JsonValue): JsonValue | undefined {
  if (typeof value === 'boolean') return !value;
  switch (steps.at(-1)) {
    case 'role':
      return value === 'user' ? 'assistant' : 'user';
    case 'mode':
      return value === 'auto' ? 'required' : value === 'AUTO' ? 'NONE' : 'auto';
    case 'format':
    case 'mediaType':
    case 'name':
    case 'provider':
      return `${value}x`;
    default:
      return undefined;
  }
}

function markedText(steps: readonly Step[], value: string): string {
  const last = steps.at(-1);
  if (last === 'argumentsJson' || last === 'arguments') return JSON.stringify({ marked: MARKER });
  if (/^https?:/.test(value)) return `https://example.com/${MARKER}.png`;
  if (/^data:[^,]*,/.test(value)) return value.replace(/,.*/, `,${MARKER}`);
  return `${value.slice(0, 24)}${MARKER}`;
}

/** A loss covers what stands below it; one that isn't a drop leaves the content to be found. */
export function isTold(path: string, losses: readonly Loss[]): boolean {
  const plain = path.replaceAll('rest.fields.', 'rest.');
  return losses.some(({ path: lost, action }) => {
    if (plain === lost) return true;
    if (!plain.startsWith(lost)) return false;
    const below = plain.slice(lost.length);
    if (!/^[.[]/.test(below)) return false;
    return action === 'dropped' || !below.includes('content[');
  });
}
