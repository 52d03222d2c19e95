import * as z from 'zod';
import type { GatewayError } from '../../chat/error.ts';
import type { ChatReply } from '../../chat/reply.ts';
import { err, ok, type Result } from '../../result.ts';
import { wireProblem } from '../wire-problem.ts';
import { HubContentPart } from './content-part.ts';
import { HubRest } from './rest.ts';
import { HubUsage } from './usage.ts';
import { HUB_VERSION, Version } from './version.ts';

export const STOPPED = {
  stopReason: z.enum([
    'stop',
    'length',
    'tool-calls',
    'content-filter',
    'refusal',
    'pause',
    'other',
  ]),
  rawReason: z.string().exactOptional(),
  stopSequence: z.string().exactOptional(),
};

export const HubChoice = z.strictObject({
  content: z.array(HubContentPart).readonly(),
  ...STOPPED,
  rest: HubRest.exactOptional(),
});

/** A whole answer, as the hub knows it. */
export const HubChatReply = z.strictObject({
  version: Version,
  id: z.string(),
  model: z.string(),
  created: z.int().exactOptional(),
  serviceTier: z.string().exactOptional(),
  choices: z.array(HubChoice).readonly(),
  usage: HubUsage.exactOptional(),
  rest: HubRest.exactOptional(),
});
export type HubChatReply = z.infer<typeof HubChatReply>;

export const encodeHubReply = (reply: ChatReply): HubChatReply => ({
  version: HUB_VERSION,
  ...reply,
});

/** @param provider stands in the error of a reply that can't be read. */
export function decodeHubReply(value: unknown, provider: string): Result<ChatReply, GatewayError> {
  const parsed = HubChatReply.safeParse(value);
  if (parsed.success) {
    const { version: _version, ...reply } = parsed.data;
    return ok(reply);
  }
  const { path = 'reply', detail } = wireProblem(parsed.error);
  return err({ kind: 'provider_invalid_reply', provider, detail: `${path}: ${detail}` });
}
