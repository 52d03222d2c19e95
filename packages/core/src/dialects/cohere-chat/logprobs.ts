import type { TokenLogprob } from '../../chat/content-part.ts';
import { WireLogprob } from './reply-wire.ts';

/**
 * A piece of text and the log probabilities of its tokens, whose own texts aren't told: the piece
 * stands for one token, as likely as all of them together.
 */
export function decodeLogprob(value: unknown): readonly TokenLogprob[] {
  const parsed = WireLogprob.safeParse(value);
  if (!parsed.success) return [];
  const { text, logprobs } = parsed.data;
  return [{ token: text, logprob: logprobs.reduce((sum, one) => sum + one, 0) }];
}
