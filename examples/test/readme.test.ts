import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CodeBlock, codeBlocks } from './support/code-blocks.ts';
import { type Gateway, ROOT, startGateway } from './support/start-gateway.ts';

const run = promisify(execFile);
const blocks = codeBlocks(readFileSync(join(ROOT, 'README.md'), 'utf8'));

/** What someone types, with what the page says they will see. */
const sessions = blocks.flatMap((block, index) =>
  block.language === 'sh' && block.about === 'run'
    ? [{ command: block.text, line: block.line, shown: blocks[index + 1] }]
    : [],
);

let gateway: Gateway;
/** Looks like the repository's folder to who types there, but for settings that may lie in it. */
let folder: string;
beforeAll(async () => {
  gateway = await startGateway();
  folder = await mkdtemp(join(tmpdir(), 'tollgate readme '));
  for (const name of ['bin', 'scripts', 'examples']) {
    symlinkSync(join(ROOT, name), join(folder, name));
  }
}, 60_000);
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** What differs from run to run, made the same: ids, keys, times, places. */
function settled(text: string): string {
  return text
    .replaceAll(gateway.url, 'http://127.0.0.1:8080')
    .replace(/^( {2}Data +).*$/gm, '$1…')
    .replace(/tg_[\w-]+…?/g, 'tg_…')
    .replace(/chatcmpl-[0-9a-f]+/g, 'chatcmpl-…')
    .replace(/msg_[0-9a-f]+/g, 'msg_…')
    .replace(/\b(?<kind>team|bud)_[0-9a-f]{24}/g, '$<kind>_…')
    .replace(/(?<name>"responseId": ?)"[0-9a-f]+"/g, '$<name>"…"')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '…')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…')
    .replace(/(?<name>"(?:created|createdAt|uptime_seconds)": ?)\d+/g, '$<name>0')
    .trim();
}

/** Whether a text is as shown, where a line `…` of the page stands for any lines. */
function expectShown(text: string, shown: CodeBlock | undefined): void {
  if (shown?.language === 'json') {
    expect(JSON.parse(settled(text))).toEqual(JSON.parse(settled(shown.text)));
    return;
  }
  const pieces = settled(shown?.text ?? '').split(/^…\n/m);
  const plain = settled(text);
  if (pieces.length === 1) {
    expect(plain).toBe(pieces[0]);
    return;
  }
  const any = pieces.map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*');
  expect(plain).toMatch(new RegExp(`^${any}$`));
}

/** Types it into a shell, as its reader does. */
async function type(command: string): Promise<string> {
  const { stdout } = await run(
    'sh',
    ['-ec', command.replaceAll('http://127.0.0.1:8080', gateway.url)],
    {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        TOLLGATE_KEY: gateway.key,
        TOLLGATE_URL: gateway.url,
        TOLLGATE_DATA_DIR: gateway.dataDir,
        TOLLGATE_PORT: new URL(gateway.url).port,
      },
    },
  );
  return stdout;
}

describe('the README', () => {
  it('shows what the first start prints', () => {
    expectShown(
      gateway.banner,
      blocks.find(({ about }) => about === 'banner'),
    );
  });

  it.each(sessions)(
    'shows what its line $line prints',
    async ({ command, shown }) => {
      expect(shown?.about).toBe('shows');

      expectShown(await type(command), shown);
    },
    30_000,
  );

  it('has sessions for all faces and the command line', () => {
    const typed = sessions.map(({ command }) => command).join('\n');

    for (const part of [
      '/v1/chat/',
      '/v1/messages',
      '/v1beta/models/',
      '/native/v1/',
      '/trpc/',
      '/health',
      'bin/tollgate',
    ]) {
      expect(typed).toContain(part);
    }
  });

  it('shows programs as they stand in the examples', () => {
    const programs = blocks.filter(({ language }) => language === 'ts');

    expect(programs.map(({ about }) => about)).toEqual([
      'examples/openai-client.ts',
      'examples/typed-client.ts',
    ]);
    for (const { about, text } of programs) {
      expect(readFileSync(join(ROOT, about), 'utf8').startsWith(text)).toBe(true);
    }
  });

  it('shows settings that are no mistake', async () => {
    const settings = blocks.find(({ about }) => about === 'config')?.text ?? '';
    writeFileSync(join(folder, 'tollgate.yaml'), settings);
    try {
      expect(await type('bin/tollgate config check')).toContain('no mistakes');
    } finally {
      await rm(join(folder, 'tollgate.yaml'));
    }
  }, 20_000);
});
