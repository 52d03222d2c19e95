import { InstantWire, pageWire } from '@tollgate/core/directory';
import * as z from 'zod';
import type { DeadSelection } from '../../ports/outbox-store.ts';
import type { ChannelStatus, DeadLetterQuery, ShownLetter } from '../../services/outbox.ts';

/* What waits to be told to others, as administrators see it on every face. */

const Channel = z.string().min(1).max(200).meta({
  description: '`zion`, `files`, or `webhook:<name>:<kind>`.',
});

const ChannelStatusWire = z.strictObject({
  channel: Channel,
  pending: z.int().min(0),
  dead: z.int().min(0).meta({ description: 'What was given up and is kept.' }),
  oldestSeconds: z.int().min(0).exactOptional().meta({
    description: 'How long ago the oldest that waits happened. Absent: nothing waits.',
  }),
});

export const OutboxStatusWire: z.ZodType<{ readonly channels: readonly ChannelStatus[] }> =
  z.strictObject({ channels: z.array(ChannelStatusWire).readonly() });

export const DeadLetterWire: z.ZodType<ShownLetter> = z.strictObject({
  id: z.int(),
  channel: Channel,
  eventId: z.string(),
  reason: z.enum(['refused', 'untold', 'unreadable', 'expired']).meta({
    description:
      '`untold` and `unreadable` may have been counted; `unreadable` goes again with its batch, under its key.',
  }),
  at: InstantWire,
  event: z.unknown().meta({ description: 'As it was to be told.' }),
});

export const DeadLetterQueryWire: z.ZodType<DeadLetterQuery> = z.strictObject({
  ...pageWire,
  channel: Channel.exactOptional(),
});

export const ResendWire: z.ZodType<DeadSelection> = z.union([
  z.strictObject({ ids: z.array(z.int().min(1)).min(1).max(1000) }),
  z.strictObject({ channel: Channel }),
]);

export const ResentWire: z.ZodType<{ readonly resent: number }> = z.strictObject({
  resent: z.int().min(0).meta({ description: 'How many wait again.' }),
});
