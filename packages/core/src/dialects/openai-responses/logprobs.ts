import type { TokenLogprob } from '../../chat/content-part.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { WireLogprob, WireTokenLogprob } from './reply-wire.ts';

type One = Omit<TokenLogprob, 'top'>;

const readOne = ({ token, logprob, bytes }: WireLogprob): One => ({
  token,
  logprob,
  ...(bytes === undefined || bytes === null || bytes.length === 0 ? {} : { bytes }),
});

export const readLogprob = (wire: WireTokenLogprob): TokenLogprob => ({
  ...readOne(wire),
  ...(wire.top_logprobs && wire.top_logprobs.length > 0
    ? { top: wire.top_logprobs.map(readOne) }
    : {}),
});

const writeOne = ({ token, logprob, bytes }: One): JsonObject => ({
  token,
  logprob,
  bytes: bytes ?? [],
});

export const writeLogprob = (logprob: TokenLogprob): JsonObject => ({
  ...writeOne(logprob),
  top_logprobs: (logprob.top ?? []).map(writeOne),
});
