import { CallBodiesWire } from '../http/call-bodies-wire.ts';
import { BASE } from './resource-routes.ts';
import { type AdminRoute, route } from './route.ts';

export const CALL_ROUTES: readonly AdminRoute[] = [
  route({
    method: 'GET',
    path: `${BASE}/calls/{id}/bodies`,
    operationId: 'callBodies',
    tag: 'Calls',
    summary: 'What a client sent with a call and what it got, where its key has them kept',
    reply: CallBodiesWire,
    run: (services, by, { id }) => services.callBodies.find(by, id),
  }),
];
