import { pageOf } from '@tollgate/core/directory';
import {
  DeadLetterQueryWire,
  DeadLetterWire,
  OutboxStatusWire,
  ResendWire,
  ResentWire,
} from '../http/outbox-wire.ts';
import { BASE } from './resource-routes.ts';
import { type AdminRoute, route } from './route.ts';

const path = `${BASE}/outbox`;
const tag = 'Outbox';

export const OUTBOX_ROUTES: readonly AdminRoute[] = [
  route({
    method: 'GET',
    path,
    operationId: 'outboxStatus',
    tag,
    summary: 'What waits to be told to others, by channel',
    reply: OutboxStatusWire,
    run: (services, by) => services.outbox.status(by),
  }),
  route({
    method: 'GET',
    path: `${path}/dead-letters`,
    operationId: 'listDeadLetters',
    tag,
    summary: 'List what was given up, the oldest first',
    query: DeadLetterQueryWire,
    reply: pageOf(DeadLetterWire),
    run: (services, by, { query }) => services.outbox.deadLetters(by, query),
  }),
  route({
    method: 'POST',
    path: `${path}/resend`,
    operationId: 'resendDeadLetters',
    tag,
    summary: 'Send dead letters again: those named, or all of one channel',
    body: ResendWire,
    reply: ResentWire,
    run: (services, by, { body }) => services.outbox.resend(by, body),
  }),
];
