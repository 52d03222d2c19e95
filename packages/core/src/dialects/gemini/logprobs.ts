import type { TokenLogprob } from '../../chat/content-part.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { LogprobsResult } from './reply-wire.ts';

export function decodeLogprobs(value: unknown): readonly TokenLogprob[] {
  const parsed = LogprobsResult.safeParse(value);
  if (!parsed.success) return [];
  const { chosenCandidates, topCandidates } = parsed.data;
  return chosenCandidates.map(({ token, logProbability }, index) => {
    const others = topCandidates?.[index]?.candidates;
    return {
      token,
      logprob: logProbability,
      ...(others == null
        ? {}
        : { top: others.map((one) => ({ token: one.token, logprob: one.logProbability })) }),
    };
  });
}

export const encodeLogprobs = (logprobs: readonly TokenLogprob[]): JsonObject => ({
  chosenCandidates: logprobs.map(candidateOf),
  ...(logprobs.some(({ top }) => top !== undefined)
    ? { topCandidates: logprobs.map(({ top }) => ({ candidates: (top ?? []).map(candidateOf) })) }
    : {}),
});

const candidateOf = ({ token, logprob }: Pick<TokenLogprob, 'token' | 'logprob'>): JsonObject => ({
  token,
  logProbability: logprob,
});
