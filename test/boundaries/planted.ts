import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Tree {
  readonly folder: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A small workspace in a folder of its own, laid out and linked as ours is. */
export async function plant(files: { readonly [path: string]: string }): Promise<Tree> {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-boundaries-'));
  const all = { ...PACKAGES, ...files };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await mkdir(join(folder, 'node_modules/@tollgate'), { recursive: true });
  for (const [name, target] of Object.entries(LINKS)) {
    await symlink(join(folder, target), join(folder, 'node_modules/@tollgate', name));
  }
  return {
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

const LINKS = {
  core: 'packages/core',
  testkit: 'packages/testkit',
  client: 'packages/client',
  gateway: 'apps/gateway',
} as const;

const manifest = (name: string, exports: { readonly [path: string]: string }) =>
  JSON.stringify({ name: `@tollgate/${name}`, type: 'module', exports });

const PACKAGES: { readonly [path: string]: string } = {
  'tsconfig.base.json': '{}',
  'node_modules/zod/package.json': '{"name":"zod","main":"index.js"}',
  'node_modules/zod/index.js': 'export const z = 1;',
  'node_modules/express/package.json': '{"name":"express","main":"index.js"}',
  'node_modules/express/index.js': 'export const e = 1;',
  'packages/core/package.json': manifest('core', { '.': './src/index.ts' }),
  'packages/core/src/index.ts': `import { z } from 'zod'; export const core = z;`,
  'packages/testkit/package.json': manifest('testkit', { '.': './src/index.ts' }),
  'packages/testkit/src/index.ts': 'export const kit = 1;',
  'packages/client/package.json': manifest('client', { '.': './src/index.ts' }),
  'packages/client/src/index.ts': `import type { Router } from '@tollgate/gateway/router'; export type R = Router; export const client = 1;`,
  'packages/client/test/client.test.ts': `import { kit } from '@tollgate/testkit'; import { compose } from '@tollgate/gateway'; export const t = [kit, compose];`,
  'apps/gateway/package.json': manifest('gateway', {
    '.': './src/index.ts',
    './router': './src/faces/trpc/router.ts',
  }),
  'apps/gateway/src/index.ts': `export { compose } from './compose.ts';`,
  'apps/gateway/src/compose.ts': `import { sqlite } from './adapters/sqlite/ledger.ts'; import { face } from './faces/openai/face.ts'; export const compose = [sqlite, face];`,
  'apps/gateway/src/adapters/sqlite/ledger.ts': `import type { Ledger } from '../../ports/ledger.ts'; export const sqlite: Ledger = 1;`,
  'apps/gateway/src/ports/ledger.ts': 'export type Ledger = number;',
  'apps/gateway/src/services/chat.ts': `import { core } from '@tollgate/core'; export const chat = core;`,
  'apps/gateway/src/faces/openai/face.ts': `import { chat } from '../../services/chat.ts'; export const face = chat;`,
  'apps/gateway/src/faces/native/face.ts': 'export const native = 1;',
  'apps/gateway/src/faces/trpc/router.ts': 'export type Router = number;',
  'apps/gateway/test/gateway.test.ts': `import { kit } from '@tollgate/testkit'; import { face } from '../src/faces/openai/face.ts'; export const t = [kit, face];`,
};
