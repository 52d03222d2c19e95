import { Pool } from 'undici';

export interface Load {
  readonly origin: string;
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly connections: number;
  readonly milliseconds: number;
}

export interface Measured {
  readonly calls: number;
  readonly events: number;
  readonly failures: number;
  readonly seconds: number;
}

const EVENT_END = Buffer.from('\n\n');

/** Closed loop: each connection sends its next call when the last was answered. Bounded in time. */
export async function runLoad(load: Load): Promise<Measured> {
  const pool = new Pool(load.origin, { connections: load.connections, pipelining: 1 });
  const startedAt = performance.now();
  const until = startedAt + load.milliseconds;
  let calls = 0;
  let events = 0;
  let failures = 0;

  const client = async (): Promise<void> => {
    while (performance.now() < until) {
      const { statusCode, body } = await pool.request({
        path: load.path,
        method: 'POST',
        headers: load.headers,
        body: load.body,
      });
      for await (const chunk of body) events += countEvents(chunk as Buffer);
      if (statusCode === 200) calls += 1;
      else failures += 1;
    }
  };
  await Promise.all(Array.from({ length: load.connections }, client));
  const seconds = (performance.now() - startedAt) / 1000;
  await pool.close();
  return { calls, events, failures, seconds };
}

function countEvents(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(EVENT_END); at !== -1; at = chunk.indexOf(EVENT_END, at + 2))
    count += 1;
  return count;
}
