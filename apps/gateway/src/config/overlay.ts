import { type Environment, readVariable, VARIABLES } from './environment.ts';
import { type Path, renderPath } from './problem.ts';

interface SettingsTree {
  readonly [name: string]: unknown;
}

export interface Overlaid {
  readonly tree: SettingsTree;
  /** Which variable set a path, so that its mistakes are told under its name. */
  readonly variables: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

/** Puts the environment on top of the file; under Zion and without a file, the predecessor's defaults. */
export function overlayEnvironment(
  file: SettingsTree,
  { env, hasFile }: { readonly env: Environment; readonly hasFile: boolean },
): Overlaid {
  const variables = new Map<string, string>();
  const notes: string[] = [];
  let tree = file;
  const put = (path: Path, value: unknown, name: string): void => {
    tree = withValue(tree, path, value);
    variables.set(renderPath(path), name);
  };

  const zion = governanceOf(tree, env);
  if (zion === 'ignored') {
    notes.push('ZION_API_URL is not used: the file says governance.kind local.');
  }
  if (zion === 'environment') put(['governance', 'kind'], 'zion', 'ZION_API_URL');
  for (const { name, path, type } of VARIABLES) {
    const text = readVariable(env, name);
    if (text === undefined || path === undefined) continue;
    if (path[0] === 'governance' && zion !== 'environment' && zion !== 'file') continue;
    // OpenAI's section exists only where its key does: the URL alone switches nothing on.
    if (path[0] === 'providers') continue;
    put(path, typedValue(text, type), name);
  }
  if (zion === 'environment' && !hasFile) {
    tree = withDefault(tree, ['server', 'host'], '0.0.0.0');
    tree = withDefault(tree, ['native', 'defaultTier'], 'simple');
    // It asked no list: fine-tuned models, new ones and those of another server had bare names too.
    const hasOpenAi = readVariable(env, 'OPENAI_API_KEY') !== undefined;
    if (hasOpenAi) tree = withValue(tree, ['defaultProvider'], 'openai');
  }
  if (readVariable(env, 'REDIS_URL') !== undefined) {
    notes.push('REDIS_URL is not used: set storage.shared or TOLLGATE_SHARED to count in Redis.');
  }
  return { tree, variables, notes };
}

/** Who decides about governance: Zion by the environment, Zion by the file, or neither. */
function governanceOf(
  tree: SettingsTree,
  env: Environment,
): 'environment' | 'file' | 'ignored' | 'none' {
  const isAsked = readVariable(env, 'ZION_API_URL') !== undefined;
  const written = tree['governance'];
  if (!isRecord(written)) return isAsked ? 'environment' : 'none';
  if (written['kind'] === 'zion') return 'file';
  return isAsked ? 'ignored' : 'none';
}

function typedValue(text: string, type: 'text' | 'number' | 'flag'): unknown {
  if (type === 'flag') return text === 'true' || text === '1';
  return type === 'number' ? asNumber(text) : text;
}

/** Text that is a decimal number as one; any other text stays, for the schema to refuse. */
export const asNumber = (text: string): number | string =>
  /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text;

export const isRecord = (value: unknown): value is SettingsTree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy with `value` at `path`; what isn't a map on the way is left for the schema to refuse. */
export function withValue(tree: SettingsTree, path: Path, value: unknown): SettingsTree {
  const [first, ...rest] = path;
  if (first === undefined) return tree;
  if (rest.length === 0) return { ...tree, [first]: value };
  const inner = tree[first] ?? {};
  return isRecord(inner) ? { ...tree, [first]: withValue(inner, rest, value) } : tree;
}

/** The same through lists; a path that leads nowhere changes nothing. */
export function withValueAt(node: unknown, path: Path, value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (Array.isArray(node)) {
    return node.map((item, index) => (index === first ? withValueAt(item, rest, value) : item));
  }
  return isRecord(node) ? { ...node, [first]: withValueAt(node[first], rest, value) } : node;
}

function withDefault(tree: SettingsTree, [section, name]: [string, string], value: unknown) {
  const inner = tree[section];
  const isSet = isRecord(inner) && inner[name] !== undefined;
  return isSet ? tree : withValue(tree, [section, name], value);
}
