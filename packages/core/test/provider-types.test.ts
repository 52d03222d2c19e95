import { join } from 'node:path';
import { listRequests } from '@tollgate/testkit';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { asRequest, asSent, PROVIDERS, requestOf, targetFor } from './requests/clients.ts';

const FOLDER = join(import.meta.dirname, 'provider-types');

/** They hold, on purpose, what no published type knows: their own dialect carries it. */
const UNPUBLISHED = new Set(['unknown-fields', 'grammar-format']);

interface Sent {
  readonly name: string;
  readonly line: string;
}

/** Each request that would be sent, as a constant of the provider's own type: one a line. */
function sentTo(provider: (typeof PROVIDERS)[number]): readonly Sent[] {
  return listRequests().flatMap((sample) => {
    if (sample.dialect === provider.id && UNPUBLISHED.has(sample.name)) return [];
    const encoded = provider.encodeRequest(asRequest(requestOf(sample)), targetFor(provider));
    if (!encoded.ok || encoded.value.losses.some(({ weight }) => weight === 'meaning')) return [];
    const literal = ascii(JSON.stringify(asSent(encoded.value.value)));
    return [
      { name: `${sample.dialect}/${sample.name}`, line: `((body: Body) => body)(${literal});` },
    ];
  });
}

/** Some letters end a line of TypeScript. */
const ascii = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  types: [],
};

/** What the compiler has against the lines of such files, each with the name of its request. */
function problemsOf(files: ReadonlyMap<string, readonly Sent[]>): readonly string[] {
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists } = host;
  const textOf = (path: string): string | undefined => {
    const sent = files.get(path);
    if (sent === undefined) return undefined;
    const type = path.replace(/\.sent\.ts$/, '.ts');
    return [`import type { Body } from '${type}';`, ...sent.map(({ line }) => line)].join('\n');
  };
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.getSourceFile = (path, options, ...others) => {
    const text = textOf(path);
    return text === undefined
      ? getSourceFile(path, options, ...others)
      : ts.createSourceFile(path, text, options);
  };
  const program = ts.createProgram([...files.keys()], OPTIONS, host);
  return [...files].flatMap(([path, sent]) => {
    const file = program.getSourceFile(path);
    return ts.getPreEmitDiagnostics(program, file).map(({ messageText, start = 0 }) => {
      const line = file?.getLineAndCharacterOfPosition(start).line ?? 0;
      const name = sent[line - 1]?.name ?? 'the file itself';
      const found = file?.text.slice(start, start + 80);
      const what = ts.flattenDiagnosticMessageText(messageText, '\n').slice(0, 300);
      return `${path.slice(FOLDER.length + 1)} ${name}: ${what}\n  at ${found}`;
    });
  });
}

/** The surest mirror of a published API: the types of its makers' own client libraries. */
it('sends each provider only what its published types allow', { timeout: 120_000 }, () => {
  const files = new Map(
    PROVIDERS.map((provider) => [join(FOLDER, `${provider.id}.sent.ts`), sentTo(provider)]),
  );

  expect(problemsOf(files)).toEqual([]);
});
