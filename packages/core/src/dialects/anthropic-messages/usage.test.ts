import { expect, it } from 'vitest';
import { decodeUsage, encodeUsage, mergeUsage } from './usage.ts';

it('keeps the classes apart, and tells thinking from the rest where it is told', () => {
  expect(
    decodeUsage({
      input_tokens: 10,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 10 },
      output_tokens: 50,
      output_tokens_details: { thinking_tokens: 40 },
      server_tool_use: { web_search_requests: 2, note: 'x' },
    }),
  ).toEqual({
    input: { uncached: 10, cacheRead: 100, cacheWrite5m: 20, cacheWrite1h: 10 },
    output: { text: 10, reasoning: 40 },
    serverTools: { web_search: 2 },
    provenance: 'provider',
  });
});

it('takes unsplit cache writes for the short kind, and unknown for absent', () => {
  expect(decodeUsage({ input_tokens: 1, cache_creation_input_tokens: 5 })).toEqual({
    input: { uncached: 1, cacheWrite5m: 5 },
    output: {},
    provenance: 'provider',
  });
});

it('never counts more thinking than there was output', () => {
  const wire = { output_tokens: 3, output_tokens_details: { thinking_tokens: 9 } };

  expect(decodeUsage(wire).output).toEqual({ text: 0, reasoning: 3 });
});

it('lets later counts win only where they are told', () => {
  const merged = mergeUsage(
    { input_tokens: 43, cache_read_input_tokens: 5, output_tokens: 1 },
    { input_tokens: 61, cache_read_input_tokens: null, output_tokens: 2 },
  );

  expect(merged).toEqual({ input_tokens: 61, cache_read_input_tokens: 5, output_tokens: 2 });
});

it('says what it read', () => {
  const usage = {
    input: { uncached: 3, cacheRead: 2, cacheWrite5m: 4, cacheWrite1h: 1 },
    output: { text: 5, reasoning: 6 },
    serverTools: { web_fetch: 1 },
    provenance: 'provider',
  } as const;

  const wire = encodeUsage(usage, 'standard');

  expect(wire).toMatchObject({
    input_tokens: 3,
    cache_creation_input_tokens: 5,
    output_tokens: 11,
  });
  expect(decodeUsage(wire)).toEqual(usage);
});

it('has counts of 0 where the dialect requires them and nobody counted', () => {
  expect(encodeUsage(undefined)).toEqual({ input_tokens: 0, output_tokens: 0 });
});

it('adds up the requests that one with a compaction was, but not what other models did', () => {
  const usage = decodeUsage({
    input_tokens: 2300,
    output_tokens: 100,
    cache_read_input_tokens: 7,
    iterations: [
      { type: 'compaction', input_tokens: 18_000, output_tokens: 350 },
      { type: 'advisor_message', input_tokens: 5, output_tokens: 5 },
      { type: 'message', input_tokens: 2300, output_tokens: 100 },
    ],
  });

  expect(usage).toMatchObject({
    input: { uncached: 20_300, cacheRead: 7 },
    output: { text: 450 },
  });
});
