import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';
import type { Config } from '../../config/config.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DependencyStatus, Governance } from '../../ports/governance.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { HealthReport, HealthService } from '../../services/health.ts';
import { stampTime } from '../http/arrival.ts';
import { isAdmin } from '../http/is-admin.ts';
import { refuseWriting } from '../http/refuse-writing.ts';
import { sendPlain } from '../http/send-plain.ts';
import { type DebugDeps, mountDebug } from './mount-debug.ts';

export interface OpsDeps extends DebugDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly governance: Governance;
  readonly health: HealthService;
  readonly metrics: Metrics;
}

type Route = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** `/health`, `/metrics` and `/debug`: for operators and their machines. */
export function mountOps(app: Express, deps: OpsDeps): void {
  const routes: { readonly [path: string]: Route } = {
    '/health': async (_req, res) => {
      const report = await deps.health.report();
      sendPlain(res, report.status === 'unhealthy' ? 503 : 200, wireReport(report));
    },
    '/health/ready': async (_req, res) => {
      const { status } = await deps.health.report();
      sendPlain(res, status === 'unhealthy' ? 503 : 200, { status });
    },
    '/health/live': async (_req, res) => sendPlain(res, 200, { status: 'healthy' }),
    '/metrics': async (req, res) => {
      if (!(await isAdmin(req, deps.governance))) {
        sendPlain(res, 401, {
          error: {
            message: 'Metrics need an admin key, or a port of their own (metrics.port).',
            type: 'invalid_request_error',
            code: 'UNAUTHORIZED',
          },
        });
        return;
      }
      await sendMetrics(res, deps.metrics);
    },
  };
  for (const [path, route] of Object.entries(routes)) {
    app.get(path, route);
    app.all(path, refuseWriting);
  }
  mountDebug(app, deps);
}

export async function sendMetrics(res: ServerResponse, metrics: Metrics): Promise<void> {
  const body = await metrics.render();
  stampTime(res);
  res.writeHead(200, { 'content-type': metrics.contentType });
  res.end(body);
}

const wireFacts = ({ pending, dead, oldestSeconds }: NonNullable<DependencyStatus['facts']>) => ({
  pending,
  dead,
  ...(oldestSeconds === undefined ? undefined : { oldest_seconds: oldestSeconds }),
});

const wireReport = (report: HealthReport) => ({
  status: report.status,
  version: report.version,
  uptime_seconds: report.uptimeSeconds,
  timestamp: report.timestamp,
  checks: Object.fromEntries(
    report.checks.map((check) => [
      check.name,
      {
        status: check.status,
        ...(check.latencyMs === undefined ? undefined : { latency_ms: check.latencyMs }),
        ...(check.detail === undefined ? undefined : { error: check.detail }),
        ...(check.pool === undefined ? undefined : { pool: check.pool }),
        ...(check.facts === undefined ? undefined : wireFacts(check.facts)),
      },
    ]),
  ),
  stats: { uptime_seconds: report.uptimeSeconds },
});
