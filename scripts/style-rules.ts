/** One file of ours, by its path from the root, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

interface Rule {
  readonly name: string;
  readonly applies: (path: string) => boolean;
  /** What is wrong, each at a line (1-based); none: nothing. */
  readonly check: (file: SourceFile) => readonly { readonly line: number; readonly what: string }[];
}

const isTest = (path: string) => /\.test(-d)?\.ts$/.test(path) || /(^|\/)test\//.test(path);
const isCode = (path: string) => /\.(ts|mjs|cjs)$/.test(path);
const isSource = (path: string) =>
  /^(packages|apps)\/[^/]+\/src\/.+\.ts$/.test(path) && !isTest(path);

const VAGUE = /(^|[-/])(utils?|helpers?|misc|common|manager|stuff)(\.|-|\/)/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/;

function lineLimit(path: string): number {
  if (isTest(path)) return 600;
  // One wire format is one concept, however many fields it has.
  return /\/wire\.ts$/.test(path) ? 500 : 400;
}

const pattern =
  (expression: RegExp, what: string): Rule['check'] =>
  ({ text }) =>
    text
      .split('\n')
      .flatMap((line, index) => (expression.test(line) ? [{ line: index + 1, what }] : []));

/** What biome can't check. Each is held by planted violations in test/style.test.ts. */
const RULES: readonly Rule[] = [
  {
    name: 'file-length',
    applies: (path) => isCode(path) && !path.includes('.generated.'),
    check: ({ path, text }) => {
      const lines = text.split('\n').length - 1;
      const limit = lineLimit(path);
      return lines > limit
        ? [{ line: limit, what: `${lines} lines, at most ${limit}: look for a second concept` }]
        : [];
    },
  },
  {
    name: 'file-name',
    applies: isCode,
    check: ({ path }) => {
      const name = path.slice(path.lastIndexOf('/') + 1).replace(/^\./, '');
      if (VAGUE.test(path))
        return [{ line: 1, what: 'say what it holds: no utils, helpers, common, manager' }];
      return KEBAB.test(name) ? [] : [{ line: 1, what: 'file names are kebab-case' }];
    },
  },
  {
    name: 'environment-only-in-config',
    // The testkit starts programs, which need its PATH.
    applies: (path) =>
      isSource(path) && !/^(apps\/gateway\/src\/config|packages\/testkit\/src)\//.test(path),
    check: pattern(/\bprocess\.env\b/, 'only config reads the environment'),
  },
  {
    name: 'no-skipped-tests',
    applies: isTest,
    // But for engines that a machine may lack: their suites' titles say what is missing.
    check: pattern(
      /\b(it|test|describe)\.(skip|todo|runIf|skipIf)\b(?!\(missing !== undefined\))/,
      'a test runs or goes',
    ),
  },
  {
    name: 'tests-say-what-is',
    applies: isTest,
    check: pattern(
      /^\s*(it|test)(\.each\(.*\))?\(\s*['"`]should /,
      'name the behaviour, without "should"',
    ),
  },
  {
    name: 'no-module-mocks',
    applies: isTest,
    check: pattern(/\bvi\.(mock|doMock)\(/, 'pass a fake in place of replacing a module'),
  },
  {
    name: 'erasable-imports',
    applies: (path) => isCode(path) && path.endsWith('.ts'),
    check: pattern(
      /from '\.{1,2}\/[^']*(?<!\.(ts|mjs|cjs|json|js))';$/,
      'relative imports end in .ts',
    ),
  },
];

export function styleProblems(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    RULES.filter((rule) => rule.applies(file.path)).flatMap((rule) =>
      rule.check(file).map(({ line, what }) => `${file.path}:${line} ${rule.name}: ${what}`),
    ),
  );
}
