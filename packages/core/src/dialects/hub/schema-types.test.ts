import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import type { ContentPart } from '../../chat/content-part.ts';
import type { GatewayError } from '../../chat/error.ts';
import type { Loss } from '../../chat/loss.ts';
import type { ChatReply } from '../../chat/reply.ts';
import type { ChatRequest } from '../../chat/request.ts';
import type { StreamEvent } from '../../chat/stream-event.ts';
import type { Usage } from '../../chat/usage.ts';
import type { EmbeddingReply, EmbeddingRequest } from '../../embeddings/embedding.ts';
import type {
  HubChatReply,
  HubChatRequest,
  HubContentPart,
  HubEmbeddingReply,
  HubEmbeddingRequest,
  HubError,
  HubLoss,
  HubStreamEvent,
  HubUsage,
} from './index.ts';

/** The compiler decides; at run time all of these are `true`. Both ways: every hub value fits the schema's type, and everything that parses is a hub value. */
type Same<Left, Right> = [Left] extends [Right] ? ([Right] extends [Left] ? true : false) : false;
/** Every field by name, so that an optional one that was forgotten shows. */
type Fields<T> = T extends unknown ? Exclude<keyof T, 'version'> : never;

type RequestOnWire = z.infer<typeof HubChatRequest>;
type PartOnWire = z.infer<typeof HubContentPart>;
type UsageOnWire = z.infer<typeof HubUsage>;

describe("the hub's schemas have the hub's types", () => {
  it('for requests, but for the stream flag that procedures set', () => {
    const types: Same<
      Omit<RequestOnWire, 'version' | 'stream'>,
      Omit<ChatRequest, 'stream'>
    > = true;
    const fields: Same<Fields<RequestOnWire>, Fields<ChatRequest>> = true;
    expect([types, fields]).toEqual([true, true]);
  });

  it('for parts, usage and losses', () => {
    const parts: Same<PartOnWire, ContentPart> = true;
    const partFields: Same<Fields<PartOnWire>, Fields<ContentPart>> = true;
    const usage: Same<UsageOnWire, Usage> = true;
    const input: Same<keyof UsageOnWire['input'], keyof Usage['input']> = true;
    const output: Same<keyof UsageOnWire['output'], keyof Usage['output']> = true;
    const losses: Same<z.infer<typeof HubLoss>, Loss> = true;
    expect([parts, partFields, usage, input, output, losses]).not.toContain(false);
  });

  it('for replies and the events of a stream', () => {
    const replies: Same<HubChatReply, ChatReply> = true;
    const replyFields: Same<Fields<HubChatReply>, Fields<ChatReply>> = true;
    const events: Same<HubStreamEvent, StreamEvent> = true;
    const eventFields: Same<Fields<HubStreamEvent>, Fields<StreamEvent>> = true;
    expect([replies, replyFields, events, eventFields]).not.toContain(false);
  });

  it('for embeddings', () => {
    const requests: Same<HubEmbeddingRequest, EmbeddingRequest> = true;
    const requestFields: Same<Fields<HubEmbeddingRequest>, Fields<EmbeddingRequest>> = true;
    const replies: Same<HubEmbeddingReply, EmbeddingReply> = true;
    const replyFields: Same<Fields<HubEmbeddingReply>, Fields<EmbeddingReply>> = true;
    expect([requests, requestFields, replies, replyFields]).not.toContain(false);
  });

  it('for errors', () => {
    const errors: Same<HubError, GatewayError> = true;
    const fields: Same<Fields<HubError>, Fields<GatewayError>> = true;
    expect([errors, fields]).toEqual([true, true]);
  });
});
