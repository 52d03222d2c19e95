import { expect, it } from 'vitest';
import { WireUsage } from './reply-wire.ts';
import { decodeUsage, encodeUsage } from './usage.ts';

const decode = (wire: object) => decodeUsage(WireUsage.parse(wire));

it('takes what was cached out of the prompt, and adds what server-run tools put into it', () => {
  expect(
    decode({
      promptTokenCount: 100,
      cachedContentTokenCount: 40,
      toolUsePromptTokenCount: 7,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 30,
      totalTokenCount: 157,
    }),
  ).toEqual({
    input: { uncached: 67, cacheRead: 40 },
    output: { text: 20, reasoning: 30 },
    provenance: 'provider',
  });
});

it('keeps kinds of tokens apart, so that all of them add up', () => {
  expect(
    decode({
      promptTokenCount: 100,
      cachedContentTokenCount: 10,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 30 },
        { modality: 'AUDIO', tokenCount: 50 },
        { modality: 'IMAGE', tokenCount: 20 },
      ],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 10 }],
      candidatesTokenCount: 9,
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 5 }],
    }),
  ).toMatchObject({
    input: { uncached: 30, cacheRead: 10, audio: 40, image: 20 },
    output: { text: 4, image: 5 },
  });
});

it('knows a count of nothing, which the wire leaves out, by the total', () => {
  expect(decode({ promptTokenCount: 9, thoughtsTokenCount: 5, totalTokenCount: 14 })).toMatchObject(
    {
      output: { text: 0, reasoning: 5 },
    },
  );
});

it('is none where no count came', () => {
  expect(decode({ trafficType: 'ON_DEMAND' })).toBeUndefined();
  expect(decode({ promptTokenCount: -1, candidatesTokenCount: 'x' })).toBeUndefined();
});

it('counts cached tokens inside the prompt and thoughts beside the candidates for clients', () => {
  const usage = {
    input: { uncached: 5, cacheRead: 3, cacheWrite5m: 2 },
    output: { text: 7, reasoning: 1 },
    provenance: 'provider' as const,
  };
  expect(encodeUsage(usage)).toEqual({
    promptTokenCount: 10,
    cachedContentTokenCount: 3,
    candidatesTokenCount: 7,
    thoughtsTokenCount: 1,
    totalTokenCount: 18,
  });
});
