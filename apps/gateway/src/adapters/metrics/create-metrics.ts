import { inputTokens, outputTokens } from '@tollgate/core/chat';
import type { UsageEvent } from '@tollgate/core/usage';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Ledger } from '../../ports/ledger.ts';
import type { Metrics } from '../../ports/metrics.ts';

/** Clients choose model names: beyond this many, the label says `other`. */
const MODEL_LABELS = 200;

/** Counts what the ledger books, so that metrics and reports can't differ in what they count. */
export function createMetrics(ledger: Ledger): Metrics & { close(): void } {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'tollgate_' });
  const requests = new Counter({
    name: 'tollgate_requests_total',
    help: 'Calls that were sent to a provider, by how they ended.',
    labelNames: ['face', 'provider', 'model', 'status'],
    registers,
  });
  const tokens = new Counter({
    name: 'tollgate_tokens_total',
    help: 'Tokens booked, by direction and where the count came from.',
    labelNames: ['direction', 'provider', 'model', 'provenance'],
    registers,
  });
  const duration = new Histogram({
    name: 'tollgate_request_duration_seconds',
    help: 'From the first byte of a call to its end, streams included.',
    labelNames: ['face', 'provider'],
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers,
  });
  const labels = new Set<string>();
  const modelLabel = (model: string): string => {
    if (labels.has(model)) return model;
    if (labels.size >= MODEL_LABELS) return 'other';
    labels.add(model);
    return model;
  };

  // Looking a child up by its labels costs more than counting: one lookup for each set of labels.
  const counters = new Map<string, ReturnType<typeof countersOf>>();
  const countersOf = ({ face, provider = 'none', status, usage }: UsageEvent, model: string) => {
    const provenance = usage?.provenance ?? 'none';
    return {
      requests: requests.labels({ face, provider, model, status }),
      duration: duration.labels({ face, provider }),
      input: tokens.labels({ direction: 'input', provider, model, provenance }),
      output: tokens.labels({ direction: 'output', provider, model, provenance }),
    };
  };

  const stop = ledger.subscribe((event: UsageEvent) => {
    const model = modelLabel(event.modelServed ?? event.modelAsked);
    const name = `${event.face} ${event.provider} ${event.status} ${event.usage?.provenance} ${model}`;
    let counted = counters.get(name);
    if (counted === undefined) {
      counted = countersOf(event, model);
      counters.set(name, counted);
    }
    counted.requests.inc();
    counted.duration.observe(event.latencyMs / 1000);
    if (event.usage === undefined) return;
    counted.input.inc(inputTokens(event.usage));
    counted.output.inc(outputTokens(event.usage));
  });

  return { contentType: registry.contentType, render: () => registry.metrics(), close: stop };
}
