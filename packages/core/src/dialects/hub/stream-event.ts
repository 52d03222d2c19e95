import * as z from 'zod';
import type { GatewayError } from '../../chat/error.ts';
import type { StreamEvent } from '../../chat/stream-event.ts';
import { err, ok, type Result } from '../../result.ts';
import { wireProblem } from '../wire-problem.ts';
import {
  HubAnnotation,
  HubOpaqueStart,
  HubProviderState,
  HubServerToolStart,
  HubSharedTurn,
  HubTokenLogprob,
  MediaKind,
} from './content-part.ts';
import { encodeHubError, HubError } from './error.ts';
import { JsonMap } from './json.ts';
import { STOPPED } from './reply.ts';
import { HubRest } from './rest.ts';
import { Count, HubUsage } from './usage.ts';
import { HUB_VERSION, Version } from './version.ts';

const rest = HubRest.exactOptional();

export const HubPartStart = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), rest }),
  z.strictObject({
    type: z.literal('reasoning'),
    form: z.enum(['full', 'summary']).exactOptional(),
    rest,
  }),
  z.strictObject({ type: z.literal('refusal'), rest }),
  z.strictObject({
    type: z.literal('tool-call'),
    id: z.string(),
    name: z.string(),
    isCustom: z.literal(true).exactOptional(),
    rest,
  }),
  z.strictObject({
    type: z.literal('media'),
    kind: MediaKind,
    mediaType: z.string().exactOptional(),
    url: z.string().exactOptional(),
    fileId: z.string().exactOptional(),
    name: z.string().exactOptional(),
    rest,
  }),
  HubServerToolStart,
  HubOpaqueStart,
]);

export const HubPartDelta = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({ type: z.literal('arguments'), json: z.string() }),
  z.strictObject({ type: z.literal('data'), base64: z.string() }),
  z.strictObject({ type: z.literal('transcript'), text: z.string() }),
  z.strictObject({ type: z.literal('annotation'), annotation: HubAnnotation }),
  z.strictObject({ type: z.literal('logprobs'), logprobs: z.array(HubTokenLogprob).readonly() }),
  z.strictObject({ type: z.literal('state'), state: HubProviderState }),
  z.strictObject({ type: z.literal('raw'), raw: JsonMap, shared: HubSharedTurn.exactOptional() }),
]);

const PLACE = { choice: Count, part: Count };

/** A reply in time: `start` first, then parts, `usage`, `choice-end`, and one `end` or `error`. */
export const HubStreamEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('start'),
    version: Version,
    id: z.string(),
    model: z.string(),
    created: z.int().exactOptional(),
    serviceTier: z.string().exactOptional(),
    rest,
  }),
  z.strictObject({ type: z.literal('part-start'), ...PLACE, start: HubPartStart }),
  z.strictObject({ type: z.literal('part-delta'), ...PLACE, delta: HubPartDelta }),
  z.strictObject({ type: z.literal('part-end'), ...PLACE }),
  z.strictObject({ type: z.literal('usage'), usage: HubUsage }),
  z.strictObject({ type: z.literal('choice-end'), choice: Count, ...STOPPED, rest }),
  z.strictObject({ type: z.literal('end') }),
  z.strictObject({ type: z.literal('error'), error: HubError }),
]);
export type HubStreamEvent = z.infer<typeof HubStreamEvent>;

/** Events go as they are: `start` says the version, and an error only what is the client's. */
export function encodeHubEvent(event: StreamEvent): HubStreamEvent {
  if (event.type === 'start') return { ...event, version: HUB_VERSION };
  if (event.type === 'error') return { type: 'error', error: encodeHubError(event.error) };
  return event;
}

/** @param provider stands in the error of an event that can't be read. */
export function decodeHubEvent(
  value: unknown,
  provider: string,
): Result<StreamEvent, GatewayError> {
  const parsed = HubStreamEvent.safeParse(value);
  if (!parsed.success) {
    const { path = 'event', detail } = wireProblem(parsed.error);
    return err({ kind: 'provider_invalid_reply', provider, detail: `${path}: ${detail}` });
  }
  if (parsed.data.type !== 'start') return ok(parsed.data);
  const { version: _version, ...start } = parsed.data;
  return ok(start);
}
