import { ok } from '@tollgate/core';
import { groupsOf, UsageQueryWire, UsageRowsWire } from '../http/usage-wire.ts';
import { BASE } from './resource-routes.ts';
import { type AdminRoute, route } from './route.ts';

export const USAGE_ROUTES: readonly AdminRoute[] = [
  route({
    method: 'GET',
    path: `${BASE}/usage`,
    operationId: 'usage',
    tag: 'Usage',
    summary: 'What was used and what it cost: of all keys for administrators, else of one’s own',
    query: UsageQueryWire,
    reply: UsageRowsWire,
    run: async (services, by, { query: { groupBy = 'day,key,model', ...query } }) => {
      const rows = await services.usage.summary(by, { ...query, groupBy: groupsOf(groupBy) });
      return rows.ok ? ok({ rows: rows.value }) : rows;
    },
  }),
];
