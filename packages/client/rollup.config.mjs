import { existsSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { dts } from 'rollup-plugin-dts';
import ts from 'typescript';

/** Whatever is not ours stays an import; what of it is left in the end, a test knows. */
const external = (id) => !isAbsolute(id) && !id.startsWith('.') && !id.startsWith('@tollgate/');
/** Where `tsc` has put the declarations of this package and of what it names. */
const types = resolve('node_modules/.types');

const stripTypes = {
  name: 'strip-types',
  transform: (code, id) =>
    id.endsWith('.ts')
      ? ts.transpileModule(code, {
          compilerOptions: {
            target: ts.ScriptTarget.ES2022,
            module: ts.ModuleKind.ESNext,
            verbatimModuleSyntax: true,
          },
        }).outputText
      : undefined,
};

/** Leads each import of ours to its declarations; one that leads nowhere ends the build. */
const ourDeclarations = {
  name: 'our-declarations',
  resolveId: (source, importer) => {
    const found = declarationOf(source, importer);
    if (found !== undefined && !existsSync(found)) throw new Error(`${source} has no declarations`);
    return found;
  },
};

function declarationOf(source, importer) {
  if (source === '@tollgate/gateway/router') {
    return `${types}/apps/gateway/src/faces/trpc/contract.d.ts`;
  }
  const room = /^@tollgate\/core\/(\w+)$/.exec(source)?.[1];
  if (room !== undefined) return `${types}/packages/core/src/${room}/index.d.ts`;
  if (source === '@tollgate/core') return `${types}/packages/core/src/index.d.ts`;
  if (source.startsWith('.') && importer !== undefined) {
    return resolve(dirname(importer), source.replace(/\.ts$/, '.d.ts'));
  }
  return undefined;
}

const refuseOthers = (warning) => {
  throw new Error(warning.message);
};

export default [
  {
    input: 'src/index.ts',
    external,
    plugins: [stripTypes],
    onwarn: refuseOthers,
    output: { file: 'dist/index.js', format: 'es' },
  },
  {
    input: `${types}/packages/client/src/index.d.ts`,
    external,
    plugins: [ourDeclarations, dts()],
    onwarn: refuseOthers,
    output: {
      file: 'dist/index.d.ts',
      format: 'es',
      // tRPC's own declarations name Disposable, which a project for ES2022 does not know.
      banner: '/// <reference lib="esnext.disposable" />',
    },
  },
];
