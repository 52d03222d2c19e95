import { InstantWire } from '@tollgate/core/directory';
import * as z from 'zod';
import type { CallBodies } from '../../ports/body-store.ts';

const Body = z.strictObject({
  text: z.string().meta({ description: 'As it passed, without tokens for others’ servers.' }),
  isCut: z.boolean().meta({ description: 'It was longer than what is kept.' }),
});

/** What a client sent with a call and what it got. */
export const CallBodiesWire = z.strictObject({
  callId: z.string(),
  keyId: z.string(),
  keptAt: InstantWire.meta({ description: 'Unix milliseconds.' }),
  keptUntil: InstantWire.meta({ description: 'Unix milliseconds; gone from then on.' }),
  request: Body,
  reply: Body,
}) satisfies z.ZodType<CallBodies>;
