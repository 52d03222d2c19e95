import { describe, expect, it } from 'vitest';
import { createLog } from './create-log.ts';

function capture(level: 'debug' | 'info' | 'silent' = 'debug') {
  const lines: { readonly [field: string]: unknown }[] = [];
  return { lines, log: createLog({ level, onLine: (line) => lines.push(line) }) };
}

describe('createLog', () => {
  it('prints level, time, message and the fields it knows', () => {
    const { lines, log } = capture();

    log.info({ callId: 'c1', latencyMs: 12, stream: false, provider: undefined }, 'call settled');

    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        callId: 'c1',
        latencyMs: 12,
        stream: false,
        msg: 'call settled',
      },
    ]);
  });

  it('never prints a field that came around the type', () => {
    const { lines, log } = capture();
    const smuggled = Object.assign({ face: 'native' }, { email: 'ann@example.org' });

    log.warn(smuggled, 'odd');

    expect(lines[0]).toMatchObject({ face: 'native' });
    expect(JSON.stringify(lines)).not.toContain('example.org');
  });

  it.each([
    ['an e-mail address', 'no profile for ann.b+c@example.org today', 'ann.b'],
    ['a local key', 'key tg_0123456789abcdef was refused', '0123456789'],
    ['a provider key', 'sent sk-proj-AbCdEf0123456789', 'AbCdEf'],
    ['a bearer token', 'authorization: Bearer abcdefgh12345678', 'abcdefgh'],
    ['a JWT', 'token eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl', 'eyJhbGci'],
  ])('takes %s out of a text it prints', (_what, text, secret) => {
    const { lines, log } = capture();

    log.error({ detail: text }, text);

    expect(JSON.stringify(lines)).not.toContain(secret);
    expect(JSON.stringify(lines)).toContain('[redacted]');
  });

  it('prints nothing below its level', () => {
    const quiet = capture('silent');
    quiet.log.error({}, 'x');
    const info = capture('info');
    info.log.debug({}, 'x');

    expect([...quiet.lines, ...info.lines]).toEqual([]);
  });
});
