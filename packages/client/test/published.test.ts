import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const CLIENT = join(import.meta.dirname, '..');
const TSC = join(CLIENT, 'node_modules/typescript/bin/tsc');
const PNPM = join(CLIENT, '../../node_modules/.bin/pnpm');

let project = '';
let declarations = '';

/** An empty project outside of the workspace, with the packed client installed and nothing else. */
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'tollgate-client-'));
  await run(PNPM, ['pack', '--pack-destination', project], { cwd: CLIENT });
  const tarball = (await readdir(project)).find((name) => name.endsWith('.tgz')) ?? '';
  const trpc = async (name: string): Promise<string> =>
    `file:${await realpath(join(CLIENT, 'node_modules/@trpc', name))}`;
  await write('package.json', {
    name: 'a-project',
    private: true,
    type: 'module',
    dependencies: { '@tollgate/client': `file:./${tarball}` },
  });
  // Its dependencies come from the disk, so that the suite needs no network.
  await write('pnpm-workspace.yaml', {
    packages: ['.'],
    overrides: { '@trpc/client': await trpc('client'), '@trpc/server': await trpc('server') },
    autoInstallPeers: false,
  });
  await run(PNPM, ['install', '--offline', '--ignore-scripts'], { cwd: project });
  declarations = await readFile(
    join(project, 'node_modules/@tollgate/client/dist/index.d.ts'),
    'utf8',
  );
}, 120_000);

afterAll(() => rm(project, { recursive: true, force: true }));

const write = (name: string, content: unknown): Promise<void> =>
  writeFile(
    join(project, name),
    typeof content === 'string' ? content : JSON.stringify(content, null, 2),
  );

/** The files in which `tsc` finds fault, by one way of module resolution. */
async function faulty(resolution: 'nodenext' | 'bundler', files: Sources): Promise<Faults> {
  for (const [name, source] of Object.entries(files)) await write(name, source);
  await write('tsconfig.json', {
    compilerOptions: {
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: [],
      module: resolution === 'bundler' ? 'esnext' : resolution,
      moduleResolution: resolution,
    },
    files: Object.keys(files),
  });
  const said = await run(process.execPath, [TSC, '-p', '.'], { cwd: project }).then(
    ({ stdout }) => stdout,
    (failure: { readonly stdout: string }) => failure.stdout,
  );
  return said.split('\n').filter((line) => line.includes('error TS'));
}

type Sources = { readonly [name: string]: string };
type Faults = readonly string[];

const USE = `
import { createTollgateClient, isTollgateError, type GatewayError } from '@tollgate/client';

const client = createTollgateClient({ url: 'http://127.0.0.1:8080', apiKey: 'tg_1' });
const messages = [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] as const;

export async function use(signal: AbortSignal): Promise<GatewayError | undefined> {
  try {
    const { reply, losses, model } = await client.chat.complete.mutate({ model: 'a/b', messages });
    const stop: 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'refusal' | 'pause' | 'other' | undefined =
      reply.choices[0]?.stopReason;
    const text: string = model + stop + losses.length;
    const events = await client.chat.stream.mutate({ model: 'a/b', messages }, { signal });
    for await (const event of events) {
      if (event.type === 'part-delta' && event.delta.type === 'text') text.concat(event.delta.text);
      if (event.type === 'error') return event.error;
    }
    for await (const { id, data } of client.usage.tail.subscribe(undefined, { signal })) {
      id.concat(data.keyName, String(data.usage?.input.uncached));
    }
    const { vectors } = (await client.embeddings.create.mutate({ model: 'a/b', input: ['x'] })).reply;
    const rows = await client.usage.summary.query({ groupBy: ['day'] });
    const { plaintext } = await client.keys.create.mutate({ name: 'n', role: 'member' });
    plaintext.concat(String(vectors.length), String(rows[0]?.requests), (await client.health.query()).status);
    await client.models.list.query();
    return undefined;
  } catch (error) {
    if (isTollgateError(error)) return error.data.cause;
    throw error;
  }
}
`;

const WRONG = {
  'no-such-field.ts': ["model: 'a/b', messages }, {", "model: 'a/b', messages, temprature: 1 }, {"],
  'no-such-role.ts': ["role: 'user'", "role: 'usr'"],
  'no-such-event-field.ts': ['event.delta.text)', 'event.delta.txt)'],
  'no-such-option.ts': ["apiKey: 'tg_1'", "apiKey: 'tg_1', retries: 2"],
  'no-such-procedure.ts': ['client.models.list', 'client.models.lists'],
} as const;

describe('the published client', () => {
  it.each(['nodenext', 'bundler'] as const)(
    'compiles in a project without Node types by %s, and wrong uses of it do not',
    async (resolution) => {
      const wrong = Object.entries(WRONG).map(([name, [from, to]]) => [
        name,
        USE.replace(from, to),
      ]);

      const faults = await faulty(resolution, { 'use.ts': USE, ...Object.fromEntries(wrong) });

      // Faults in libraries, ours included, would stand here too: they are checked as well.
      expect(new Set(faults.map((line) => line.replace(/\(.*/, '')))).toEqual(
        new Set(Object.keys(WRONG)),
      );
    },
    120_000,
  );

  it('has one file of declarations, which name no workspace package and nothing of Node', async () => {
    const imported = [...declarations.matchAll(/from '([^']+)'/g)].map((match) => match[1]);

    expect(imported.toSorted()).toEqual(['@trpc/client', '@trpc/server']);
    expect(declarations).not.toMatch(/@tollgate\/(core|gateway|testkit)|NodeJS\.|\bBuffer\b|node:/);
    expect(await readdir(join(project, 'node_modules/@tollgate/client/dist'))).toEqual([
      'index.d.ts',
      'index.js',
    ]);
  });

  it('is a package that publint finds no fault with', async () => {
    const { messages } = await publint({
      pkgDir: join(project, 'node_modules/@tollgate/client'),
      pack: false,
    });

    expect(messages).toEqual([]);
  });

  it('has code that needs tRPC’s client alone', async () => {
    const code = await readFile(
      join(project, 'node_modules/@tollgate/client/dist/index.js'),
      'utf8',
    );

    expect([...code.matchAll(/from ['"]([^'"]+)['"]/g)].map((match) => match[1])).toEqual([
      '@trpc/client',
    ]);
  });
});
