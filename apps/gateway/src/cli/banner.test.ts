import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { banner } from './banner.ts';

const FACTS = {
  url: 'http://127.0.0.1:8080',
  dataDir: "/a folder/o'clock",
  newAdminKey: 'tg_new',
  isAdminKeySet: false,
  isSecretSet: false,
  providers: ['openai', 'sim'],
  governance: 'local',
  notes: ['REDIS_URL is read and not used yet.'],
  command: '/opt/toll gate/bin/tollgate',
} as const;

/** What a shell makes of the curl line, with curl and the command replaced. */
function pasted(text: string): string[] {
  const line = text.split('\n').find((one) => one.trim().startsWith('curl ')) ?? '';
  const tried = line.replace("'/opt/toll gate/bin/tollgate'", 'made_by "$TOLLGATE_DATA_DIR"');
  const script = `curl() { printf '%s\\n' "$@"; }\nmade_by() { echo "key of $TOLLGATE_DATA_DIR"; }\n${tried}`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
}

it('shows where it listens, the new key, the data and a line that works when pasted', () => {
  const text = banner(FACTS);

  expect(text).toContain('Tollgate listens on http://127.0.0.1:8080');
  expect(text).toContain("Data        /a folder/o'clock");
  expect(text).toContain('Note        REDIS_URL is read and not used yet.');
  expect(pasted(text)).toEqual([
    'http://127.0.0.1:8080/v1/chat/completions',
    '-H',
    'authorization: Bearer tg_new',
    '-H',
    'content-type: application/json',
    '-d',
    '{"model":"sim/echo","messages":[{"role":"user","content":"Hello"}]}',
  ]);
});

it('lets the line make a key of its own once the admin key is known no more', () => {
  const text = banner({ ...FACTS, newAdminKey: undefined });

  expect(text).toContain('made earlier, kept as a hash only');
  expect(pasted(text)[2]).toBe("authorization: Bearer key of /a folder/o'clock");
});

it('never shows a key that the environment set', () => {
  expect(banner({ ...FACTS, newAdminKey: undefined, isAdminKeySet: true })).toContain(
    'the one in TOLLGATE_ADMIN_KEY',
  );
});
