import { describe, expectTypeOf, it } from 'vitest';
import type * as z from 'zod';
import type { ContentPart } from '../../chat/content-part.ts';
import type { GatewayError } from '../../chat/error.ts';
import type { Loss } from '../../chat/loss.ts';
import type { ChatReply } from '../../chat/reply.ts';
import type { ChatRequest } from '../../chat/request.ts';
import type { StreamEvent } from '../../chat/stream-event.ts';
import type { Usage } from '../../chat/usage.ts';
import type {
  HubChatReply,
  HubChatRequest,
  HubContentPart,
  HubError,
  HubLoss,
  HubStreamEvent,
  HubUsage,
} from './index.ts';

/** Both ways: every hub value fits the schema's type, and everything that parses is a hub value. */
type Same<Left, Right> = [Left] extends [Right] ? ([Right] extends [Left] ? true : false) : false;
/** Every field by name, so that an optional one that was forgotten shows. */
type Fields<T> = T extends unknown ? Exclude<keyof T, 'version'> : never;

type RequestOnWire = z.infer<typeof HubChatRequest>;

describe("the hub's schemas have the hub's types", () => {
  it('for requests, but for the stream flag that procedures set', () => {
    expectTypeOf<
      Same<Omit<RequestOnWire, 'version' | 'stream'>, Omit<ChatRequest, 'stream'>>
    >().toEqualTypeOf<true>();
    expectTypeOf<Fields<RequestOnWire>>().toEqualTypeOf<Fields<ChatRequest>>();
  });

  it('for parts, usage and losses', () => {
    expectTypeOf<Same<z.infer<typeof HubContentPart>, ContentPart>>().toEqualTypeOf<true>();
    expectTypeOf<Fields<z.infer<typeof HubContentPart>>>().toEqualTypeOf<Fields<ContentPart>>();
    expectTypeOf<Same<z.infer<typeof HubUsage>, Usage>>().toEqualTypeOf<true>();
    expectTypeOf<keyof z.infer<typeof HubUsage>['input']>().toEqualTypeOf<keyof Usage['input']>();
    expectTypeOf<keyof z.infer<typeof HubUsage>['output']>().toEqualTypeOf<keyof Usage['output']>();
    expectTypeOf<Same<z.infer<typeof HubLoss>, Loss>>().toEqualTypeOf<true>();
  });

  it('for replies and the events of a stream', () => {
    expectTypeOf<Same<z.infer<typeof HubChatReply>, ChatReply>>().toEqualTypeOf<true>();
    expectTypeOf<Fields<z.infer<typeof HubChatReply>>>().toEqualTypeOf<Fields<ChatReply>>();
    expectTypeOf<Same<z.infer<typeof HubStreamEvent>, StreamEvent>>().toEqualTypeOf<true>();
    expectTypeOf<Fields<z.infer<typeof HubStreamEvent>>>().toEqualTypeOf<Fields<StreamEvent>>();
  });

  it('for errors', () => {
    expectTypeOf<Same<z.infer<typeof HubError>, GatewayError>>().toEqualTypeOf<true>();
    expectTypeOf<Fields<z.infer<typeof HubError>>>().toEqualTypeOf<Fields<GatewayError>>();
  });
});
