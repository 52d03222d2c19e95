import { describe, expect, it } from 'vitest';
import { headerFields, joinedHeaders } from './dialect-headers.ts';

const ENDPOINT = {
  path: '/model/{model}/invoke',
  bodyHeaders: {
    'anthropic-version': {
      field: 'anthropic_version',
      words: { '2023-06-01': 'bedrock-2023-05-31' },
    },
    'anthropic-beta': { field: 'anthropic_beta', isList: true },
  },
} as const;

describe('headerFields', () => {
  it('leaves headers where they are at their dialect’s own provider', () => {
    const headers = { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'a, b' };

    expect(headerFields({ path: '/v1/messages' }, headers)).toEqual({ headers, fields: {} });
  });

  it('says in the body what an endpoint reads there, in its own words where it has some', () => {
    const headers = { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'a, b', other: 'c' };

    expect(headerFields(ENDPOINT, headers)).toEqual({
      headers: { other: 'c' },
      fields: { anthropic_version: 'bedrock-2023-05-31', anthropic_beta: ['a', 'b'] },
    });
    expect(headerFields(ENDPOINT, { 'anthropic-version': '2026-10-21' }).fields).toEqual({
      anthropic_version: '2026-10-21',
    });
  });
});

describe('joinedHeaders', () => {
  it('opts in to what the client asked for and to what its translation needs, each once', () => {
    const client = { 'anthropic-beta': 'a, b', 'anthropic-version': '2023-06-01' };

    expect(joinedHeaders(client, { 'anthropic-beta': 'b,c' })).toEqual({
      ...client,
      'anthropic-beta': 'a,b,c',
    });
    expect(joinedHeaders(client)).toEqual(client);
  });
});
