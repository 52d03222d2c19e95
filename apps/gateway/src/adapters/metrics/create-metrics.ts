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

  // The library looks a child up and checks its labels with every count, which costs a short call
  // more than what is counted: counts are kept here, and told when somebody looks.
  const tallies = new Map<string, ReturnType<typeof tallyOf>>();
  const tallyOf = ({ face, provider = 'none', status, usage }: UsageEvent, model: string) => {
    const provenance = usage?.provenance ?? 'none';
    return {
      calls: 0,
      input: 0,
      output: 0,
      duration: duration.labels({ face, provider }),
      tell(): void {
        requests.inc({ face, provider, model, status }, this.calls);
        if (usage !== undefined) {
          tokens.inc({ direction: 'input', provider, model, provenance }, this.input);
          tokens.inc({ direction: 'output', provider, model, provenance }, this.output);
        }
        this.calls = 0;
        this.input = 0;
        this.output = 0;
      },
    };
  };

  const stop = ledger.subscribe((event: UsageEvent) => {
    const model = modelLabel(event.modelServed ?? event.modelAsked);
    const name = `${event.face} ${event.provider} ${event.status} ${event.usage?.provenance} ${model}`;
    let tally = tallies.get(name);
    if (tally === undefined) {
      tally = tallyOf(event, model);
      tallies.set(name, tally);
    }
    tally.calls += 1;
    tally.duration.observe(event.latencyMs / 1000);
    if (event.usage === undefined) return;
    tally.input += inputTokens(event.usage);
    tally.output += outputTokens(event.usage);
  });

  return {
    contentType: registry.contentType,
    render: () => {
      for (const tally of tallies.values()) tally.tell();
      return registry.metrics();
    },
    close: stop,
  };
}
