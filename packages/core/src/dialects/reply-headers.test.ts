import { describe, expect, it } from 'vitest';
import type { ProviderDialectId } from './dialect-id.ts';
import { readReplyHead } from './reply-headers.ts';

describe('readReplyHead', () => {
  it.each<[ProviderDialectId, { readonly [name: string]: string }, object]>([
    [
      'openai-chat',
      {
        'x-request-id': 'req_1',
        'x-ratelimit-remaining-tokens': '9',
        'openai-processing-ms': '12',
        'openai-organization': 'acme',
        'openai-project': 'p',
        'set-cookie': 'a=b',
        'cf-ray': 'x',
        server: 'cloudflare',
      },
      {
        requestId: { name: 'x-request-id', value: 'req_1' },
        headers: { 'x-ratelimit-remaining-tokens': '9', 'openai-processing-ms': '12' },
      },
    ],
    [
      'anthropic-messages',
      {
        'request-id': 'req_2',
        'x-request-id': 'another’s',
        'anthropic-ratelimit-requests-remaining': '3',
        'anthropic-organization-id': 'acme',
        'anthropic-workspace-id': 'w',
      },
      {
        requestId: { name: 'request-id', value: 'req_2' },
        headers: { 'anthropic-ratelimit-requests-remaining': '3' },
      },
    ],
    [
      'gemini',
      { 'x-request-id': 'x', 'x-gemini-service-tier': 'standard' },
      {
        headers: { 'x-gemini-service-tier': 'standard' },
      },
    ],
  ])('keeps of what %s sends only what its clients read', (dialect, headers, expected) => {
    expect(readReplyHead(dialect, headers)).toEqual(expected);
  });

  it('leaves out what no header of ours may hold', () => {
    const long = 'a'.repeat(257);
    expect(
      readReplyHead('openai-chat', {
        'x-request-id': long,
        'x-ratelimit-a': 'ü',
        'x-ratelimit-b': '',
        'apim-request-id': 'azure',
      }),
    ).toEqual({ headers: {}, requestId: { name: 'apim-request-id', value: 'azure' } });
  });

  it('is bounded', () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [`x-ratelimit-${at}`, '1']),
    );
    expect(Object.keys(readReplyHead('openai-chat', many).headers)).toHaveLength(48);
  });
});
