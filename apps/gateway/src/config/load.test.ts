import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from './load.ts';
import { renderProblem } from './problem.ts';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tollgate config '));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function problems(text: string): readonly string[] {
  writeFileSync(join(cwd, 'tollgate.yaml'), text);
  const loaded = loadConfig({ env: {}, cwd });
  return loaded.ok ? [] : loaded.error.map(renderProblem);
}

const port = (sources: Parameters<typeof loadConfig>[0]) => {
  const loaded = loadConfig(sources);
  return loaded.ok ? loaded.value.config.server.port : loaded.error.map(renderProblem);
};

it('needs no file, and keeps its data in the working folder then', () => {
  const loaded = loadConfig({ env: {}, cwd });

  expect(loaded).toMatchObject({
    ok: true,
    value: { file: undefined, config: { dataDir: join(cwd, 'data') } },
  });
});

it('takes --config before TOLLGATE_CONFIG before the working folder’s file', () => {
  writeFileSync(join(cwd, 'tollgate.yaml'), 'server: { port: 1 }');
  writeFileSync(join(cwd, 'two.yaml'), 'server: { port: 2 }');
  writeFileSync(join(cwd, 'three.yaml'), 'server: { port: 3 }');
  const env = { TOLLGATE_CONFIG: 'two.yaml' };

  expect(port({ env: {}, cwd })).toBe(1);
  expect(port({ env, cwd })).toBe(2);
  expect(port({ env, cwd, path: 'three.yaml' })).toBe(3);
});

it('says by which name a missing file was asked for', () => {
  expect(port({ env: { TOLLGATE_CONFIG: 'no.yaml' }, cwd })).toEqual([
    'no.yaml TOLLGATE_CONFIG: there is no such file',
  ]);
  expect(port({ env: {}, cwd, path: 'no.yaml' })).toEqual([
    'no.yaml --config: there is no such file',
  ]);
});

it('takes the data folder from the file’s place, and from the working folder for the environment', () => {
  mkdirSync(join(cwd, 'etc'));
  writeFileSync(join(cwd, 'etc/t.yaml'), 'dataDir: ../var');
  const dataDir = (env: Record<string, string>) => {
    const loaded = loadConfig({ env, cwd, path: 'etc/t.yaml' });
    return loaded.ok ? loaded.value.config.dataDir : undefined;
  };

  expect(dataDir({})).toBe(join(cwd, 'var'));
  expect(dataDir({ TOLLGATE_DATA_DIR: 'mine' })).toBe(join(cwd, 'mine'));
});

it.each([
  ['', []],
  ['# nothing but a comment\n', []],
  [
    'server:\n  prot: 1\n',
    ['tollgate.yaml:2:3 server.prot: unknown setting; did you mean "port"?'],
  ],
  [
    'server: { port: 70000 }',
    ['tollgate.yaml:1:11 server.port: expected at most 65535, got 70000'],
  ],
  [
    'governance:\n  kind: local\n  keys:\n    - name: a\n',
    ['tollgate.yaml:4:7 governance.keys[0].key: missing: expected a text'],
  ],
  [
    'providers:\n  opnai:\n    apiKey: k\n',
    [
      'tollgate.yaml:2:3 providers.opnai: not a known name, so it needs dialect and baseUrl; did you mean "openai"?',
    ],
  ],
  ['server: 1\nserver: 2\n', ['tollgate.yaml:2:1 file: Map keys must be unique']],
  [
    'server: { port: [\n',
    [
      'tollgate.yaml:2:1 file: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ],
  ['- a\n', ['tollgate.yaml file: expected a map of settings']],
])('reads %j', (text, expected) => {
  expect(problems(text).slice(0, 1)).toEqual(expected);
});

it('means the path of credentials from the file’s folder', () => {
  writeFileSync(
    join(cwd, 'tollgate.yaml'),
    'providers: { vertex: { project: p, credentials: ./account.json } }',
  );

  const loaded = loadConfig({ env: {}, cwd });
  const found = loaded.ok ? loaded.value.config.providers[0]?.proof : undefined;

  expect(found?.kind === 'google' && found.source.reveal()).toBe(join(cwd, 'account.json'));
});
