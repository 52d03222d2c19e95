import {
  KNOWN_PROVIDERS,
  type ProviderDescription,
  SIMULATED_PROVIDER,
} from '@tollgate/core/providers';
import { VARIABLES } from './environment.ts';
import { CREDENTIAL_VARIABLES } from './provider-proof.ts';
import { type SchemaNode, settingsSchema } from './settings-schema.ts';

interface Row {
  readonly path: string;
  readonly type: string;
  readonly standard: string;
  readonly description: string;
}

/** `tollgate.schema.json`: what editors check a settings file with. */
export function renderJsonSchema(): string {
  const schema = { title: 'tollgate.yaml', ...settingsSchema() };
  return `${JSON.stringify(schema, orVariable, 2)}\n`;
}

/** `port: ${PORT}` is text in the file: an editor must not call it a mistake. */
function orVariable(_name: string, node: unknown): unknown {
  if (typeof node !== 'object' || node === null || !('type' in node)) return node;
  const isTyped = node.type === 'integer' || node.type === 'number' || node.type === 'boolean';
  return isTyped ? { ...node, type: [node.type, 'string'], pattern: '\\$\\{.+\\}' } : node;
}

/** `configuration.md`: every setting and variable, from the schema that checks them. */
export function renderConfigurationPage(): string {
  const variablesOf = (path: string): string =>
    VARIABLES.filter((one) => one.path?.join('.') === path)
      .map(({ name }) => `\`${name}\``)
      .join(', ');
  const settings = rowsOf(settingsSchema(), '').map((row) =>
    line([`\`${row.path}\``, row.type, row.standard, variablesOf(row.path), row.description]),
  );
  const variables = [...VARIABLES].reverse().map(({ name, path, description }) => {
    const setting = path === undefined ? '' : `\`${path.join('.')}\``;
    return line([`\`${name}\``, setting, description]);
  });
  const keyed = KNOWN_PROVIDERS.filter(({ keyVariables }) => keyVariables.length > 0);
  const keyless = KNOWN_PROVIDERS.filter(
    ({ name, keyVariables }) => keyVariables.length === 0 && name !== SIMULATED_PROVIDER,
  );
  return [
    INTRODUCTION,
    '## Settings\n',
    table(['Setting', 'Type', 'Default', 'Variable', 'What it is'], settings),
    '\n## Environment\n',
    'Of two rows for one setting the upper one wins; all of them win over the file. An empty value counts as unset.\n',
    table(['Variable', 'Setting', 'What it is'], variables),
    '\n## Known providers\n',
    'A key in the environment switches its provider on, without any file; `enabled: false` in the file keeps it off.\n',
    table(
      ['Provider', 'Key', 'Also', 'Dialects, the preferred one first'],
      keyed.map((one) => line([...namesOf(one), one.dialects.join(', ')])),
    ),
    `\nThose that run on machines of your own need no key; their name in the file switches them on: ${keyless.map(({ name }) => `\`${name}\``).join(', ')}.\n`,
    CLOUDS,
  ].join('\n');
}

/** A provider's name, its keys, and what else its operator says. */
function namesOf({ name, keyVariables, words, credentials }: ProviderDescription) {
  const said = Object.entries(words ?? {}).map(([word, { variables, fallback }]) => {
    const otherwise = fallback === undefined ? '' : `, else \`${fallback}\``;
    return `\`${word}\` (${listed(variables)}${otherwise})`;
  });
  const proof =
    credentials === undefined
      ? []
      : [`\`credentials\` (${listed(CREDENTIAL_VARIABLES[credentials])})`];
  return [`\`${name}\``, listed(keyVariables), [...said, ...proof].join('; ')] as const;
}

const listed = (names: readonly string[]): string => names.map((one) => `\`${one}\``).join(', ');

const CLOUDS = `### Clouds

Credentials of a cloud may be meant for something else: they switch nothing on by themselves. Name the provider in the file, \`bedrock: {}\`, and what it needs is taken from there or from the variables above, a key before credentials.

\`\`\`yaml
providers:
  azure: { resource: my-resource }           # the v1 API; a model is called what its deployment is
  bedrock: { region: eu-west-1 }             # signed with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
  vertex:                                    # tokens for a service account
    project: my-project
    location: global
    credentials: ./account.json
\`\`\`

- **Azure**: \`apiVersion\` calls deployments by that version. A token of Entra in place of a key: \`auth: bearer\`.
- **Bedrock**: models, inference profiles and ARNs, as \`bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0\`. Claude is asked by Anthropic's own API, every other model by Converse.
- **Vertex**: Gemini, Claude (\`vertex/claude-sonnet-4-5@20250929\`) and others' models (\`vertex/meta/llama-…\`). With a key instead (express mode) Gemini alone, in no project. The machine's own identity is not asked for.
- One \`baseUrl\` of yours serves all dialects of these three.
`;

const INTRODUCTION = `# Configuration

<!-- Written from the schema by \`node scripts/run.mjs scripts/write-docs.ts\`: change it there. -->

Tollgate needs no file. It reads the one that \`--config\` names, else \`TOLLGATE_CONFIG\`, else \`tollgate.yaml\` of the working folder, and puts the environment on top. \`\${VAR}\` and \`\${VAR:-default}\` are replaced in all texts. Unknown names are mistakes: \`bin/tollgate config check\` lists all of them with line and column, \`bin/tollgate config print\` shows what came of file, environment and defaults.

For completion in an editor, begin the file with \`# yaml-language-server: $schema=./docs/tollgate.schema.json\`.

With the predecessor's variables alone (\`ZION_API_URL\` and no file) Tollgate stands in for it: Zion governs, \`native.defaultTier\` is \`simple\`, the host is \`0.0.0.0\`, and models that no provider is known to serve go to \`openai\`.
`;

function rowsOf(node: SchemaNode, path: string): readonly Row[] {
  if (node.oneOf !== undefined) return unique(node.oneOf.flatMap((one) => rowsOf(one, path)));
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  return Object.entries(node.properties ?? {}).flatMap(([name, property]) => {
    const inner = isAsBeside(property, node) ? [] : innerOf(property, at(name));
    const isSection = property.properties !== undefined || property.oneOf !== undefined;
    if (isSection) return inner;
    const isNeeded = node.required?.includes(name) === true;
    return [rowOf(property, at(name), isNeeded), ...inner];
  });
}

/** Whether a map's entries have no other fields than the map's own neighbours: those are said already. */
function isAsBeside({ additionalProperties: named }: SchemaNode, { properties = {} }: SchemaNode) {
  if (typeof named !== 'object' || named.properties === undefined) return false;
  return Object.keys(named.properties).every((name) => Object.hasOwn(properties, name));
}

function innerOf(node: SchemaNode, path: string): readonly Row[] {
  if (node.items?.properties !== undefined) return rowsOf(node.items, `${path}[]`);
  const { additionalProperties: named } = node;
  if (typeof named === 'object' && named.properties !== undefined) {
    return rowsOf(named, `${path}.<name>`);
  }
  return rowsOf(node, path);
}

const rowOf = (node: SchemaNode, path: string, isNeeded: boolean): Row => ({
  path,
  type: typeOf(node),
  standard: isNeeded ? 'needed' : standardOf(node.default),
  description: node.description ?? '',
});

function standardOf(value: unknown): string {
  return value === undefined ? '' : `\`${JSON.stringify(value)}\``;
}

function typeOf(node: SchemaNode): string {
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(typeOf))].join(' or ');
  if (node.type === 'array') return `list of ${typeOf(node.items ?? {})}`;
  if (node.type === 'integer' || node.type === 'number') return rangeOf(node);
  return NAMES[node.type ?? ''] ?? 'any';
}

const NAMES: { readonly [type: string]: string } = {
  string: 'text',
  boolean: 'true, false',
  object: 'map',
};

function rangeOf({ type, minimum, maximum }: SchemaNode): string {
  const kind = type === 'integer' ? 'whole number' : 'number';
  return minimum === undefined || maximum === undefined
    ? kind
    : `${kind}, ${minimum} to ${maximum}`;
}

/** The governance kinds share settings: one row each, their kinds joined. */
function unique(rows: readonly Row[]): readonly Row[] {
  const byPath = new Map<string, Row>();
  for (const row of rows) {
    const seen = byPath.get(row.path);
    const type =
      seen === undefined || seen.type === row.type ? row.type : `${seen.type}, ${row.type}`;
    byPath.set(row.path, { ...row, type });
  }
  return [...byPath.values()];
}

const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

const table = (heads: readonly string[], lines: readonly string[]): string =>
  [line(heads), line(heads.map(() => '---')), ...lines].join('\n');
