import type { IncomingMessage } from 'node:http';
import type { Express } from 'express';
import type { Config } from '../../config/config.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Services } from '../../services/services.ts';
import { allowOnly } from '../http/allow-only.ts';
import type { Entrance, Handler } from '../http/entrance.ts';
import { readJsonBody } from '../http/read-body.ts';
import { sendJson } from '../http/send-json.ts';
import { adminFace } from './admin-face.ts';
import { BASE } from './resource-routes.ts';
import type { AdminRoute } from './route.ts';
import { ADMIN_ROUTES } from './routes.ts';

export interface AdminDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly entrance: Entrance;
  readonly services: Services;
}

/** Bodies here are small; a longer one is a mistake. */
const MOST_BYTES = 256 * 1024;

const METHODS = { GET: 'get', POST: 'post', PATCH: 'patch', DELETE: 'delete' } as const;

/** `/admin/v1`: organisations, teams, users and keys, for administrators. */
export function mountAdmin(app: Express, deps: AdminDeps): void {
  const { entrance } = deps;
  const methods = new Map<string, AdminRoute['method'][]>();
  for (const route of ADMIN_ROUTES) {
    const path = route.path.replace('{id}', ':id');
    app[METHODS[route.method]](path, entrance(adminFace, handlerOf(deps, route)));
    methods.set(path, [...(methods.get(path) ?? []), route.method]);
  }
  for (const [path, allowed] of methods) {
    app.all(path, entrance(adminFace, allowOnly(...allowed)));
  }
  app.all([BASE, `${BASE}/*rest`], entrance(adminFace, nothingHere));
}

const nothingHere: Handler = async () => ({
  kind: 'endpoint_not_found',
  detail: `There is nothing at this path; docs/admin-openapi.json lists those of ${BASE}.`,
});

const handlerOf =
  ({ config, clock, services }: AdminDeps, route: AdminRoute): Handler =>
  async ({ req, res, call }) => {
    const limit = Math.min(MOST_BYTES, config.limits.bodyBytes);
    const body = route.body === undefined ? undefined : await readJsonBody(req, limit);
    if (body?.ok === false) return body.error;
    const answer = await route.run(services, call.identity, {
      ...asked(req),
      body: body?.value.json,
    });
    if (!answer.ok) return answer.error;
    sendJson(res, call, { body: answer.value, clock, status: route.status });
    return undefined;
  };

/** `/admin/v1/teams/team_1?limit=5`: Express has decoded the path once, so that it can be. */
function asked(req: IncomingMessage): { readonly id: string; readonly query: unknown } {
  const { pathname, searchParams } = new URL(req.url ?? '/', 'http://tollgate');
  return {
    id: decodeURIComponent(pathname.split('/')[4] ?? ''),
    query: Object.fromEntries(searchParams),
  };
}
