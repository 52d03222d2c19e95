import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../config/secret.ts';
import { tempDir } from '../test-support/temp-dir.ts';
import { loadSecret } from './server-secret.ts';

let dir: ReturnType<typeof tempDir>;
const secret = new Secret('a secret of the server');

beforeEach(() => {
  dir = tempDir();
});
afterEach(() => dir[Symbol.dispose]());

describe('loadSecret', () => {
  it('makes one that only the owner may read, and reads it afterwards', () => {
    const first = loadSecret(dir.path, undefined);
    const second = loadSecret(dir.path, undefined);

    if (!first.ok || !second.ok) throw new Error('no secret');
    expect(first.value.reveal()).toMatch(/^[0-9a-f]{64}$/);
    expect(second.value.reveal()).toBe(first.value.reveal());
    expect(statSync(join(dir.path, 'secret')).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir.path)).toEqual(['secret']);
  });

  it('prefers the configured one and refuses one that was damaged', () => {
    expect(loadSecret(dir.path, secret)).toEqual({ ok: true, value: secret });

    writeFileSync(join(dir.path, 'secret'), 'short');

    expect(loadSecret(dir.path, undefined)).toEqual({
      ok: false,
      error: { detail: expect.stringContaining('too short') },
    });
  });
});
