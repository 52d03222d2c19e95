import { describe, expect, it } from 'vitest';
import { cleanProviderText, toldRetryAfter } from './provider-text.ts';

describe('a provider’s own words', () => {
  it.each([
    ['see https://api.example.com/v1/x?key=1 for more', 'see [link] for more'],
    ['connect to 10.0.0.3:8080 failed', 'connect to [address] failed'],
    ['upstream 192.168.1.7 is gone', 'upstream [address] is gone'],
    ['no route to llm-7.internal.example:9000.', 'no route to [address].'],
    ['localhost:11434 refused', '[address] refused'],
    ['Incorrect API key provided: sk-proj-ab****yz.', 'Incorrect API key provided: [key].'],
    ['key AIzaSyA1234567890abcdefghijkl', 'key [key]'],
    ['Authorization: Bearer eyJhbGciOi.J9.xyz123', 'Authorization: [key]'],
    [
      'max_tokens: 4096 > 1024.5, gpt-4.1:free at line:12',
      'max_tokens: 4096 > 1024.5, gpt-4.1:free at line:12',
    ],
    ['bearer authentication is needed', 'bearer authentication is needed'],
    ['two\n\n  lines', 'two lines'],
  ])('lose addresses and keys, and nothing else: %s', (text, clean) => {
    expect(cleanProviderText(text)).toBe(clean);
  });

  it('are bounded, at no cost that grows with what came', () => {
    const long = 'a.'.repeat(1_000_000);

    expect(cleanProviderText(long)).toHaveLength(500);
    expect(cleanProviderText(`${'1.1.1.'.repeat(300)}x`)).toHaveLength(500);
  });
});

describe('how long to wait', () => {
  it.each([
    [{ 'retry-after': '7' }, 7],
    [{ 'retry-after': '7', 'retry-after-ms': '1500' }, 1.5],
    [{ 'retry-after': 'Mon, 23 Nov 2026 10:00:30 GMT', date: 'Mon, 23 Nov 2026 10:00:00 GMT' }, 30],
    [{ 'retry-after': 'Mon, 23 Nov 2026 10:00:30 GMT' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('is read from %o', (headers, seconds) => {
    expect(toldRetryAfter(headers)).toBe(seconds);
  });
});
