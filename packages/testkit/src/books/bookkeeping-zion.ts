import type { IncomingMessage, ServerResponse } from 'node:http';
import { BatchIncrementRequest, type Increment } from '../mocks/zion-wire.ts';
import { type DisposableServer, startServer } from '../server/start-server.ts';
import type { Dice } from './dice.ts';

/** A share of batches that go wrong in each way. */
export interface ZionTroubles {
  /** 503, nothing counted. */
  readonly failing: number;
  /** Counted, and then hung up on. */
  readonly hangingUp: number;
}

/**
 * Zion as a governance service with troubles: every bearer token is a user of its own, without limits,
 * and a batch is counted once under its Idempotency-Key, whatever becomes of the answer.
 */
export class BookkeepingZion implements AsyncDisposable {
  readonly #server: DisposableServer;
  readonly #counted: Increment[];
  /** May be changed at any time. */
  readonly troubles: { failing: number; hangingUp: number };

  private constructor(
    server: DisposableServer,
    counted: Increment[],
    troubles: { failing: number; hangingUp: number },
  ) {
    this.#server = server;
    this.#counted = counted;
    this.troubles = troubles;
  }

  static async start(
    dice: Dice,
    troubles: ZionTroubles = { failing: 0, hangingUp: 0 },
  ): Promise<BookkeepingZion> {
    const counted: Increment[] = [];
    const seen = new Map<string, string>();
    const current = { ...troubles };
    const server = await startServer((request, response) => {
      answer({ request, response, counted, seen, troubles: current, dice }).catch(() =>
        response.destroy(),
      );
    });
    return new BookkeepingZion(server, counted, current);
  }

  get url(): string {
    return this.#server.url;
  }

  get port(): number {
    return this.#server.port;
  }

  /** Increments that were counted, each once. */
  get counted(): readonly Increment[] {
    return this.#counted;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.close();
  }
}

interface Answering {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly counted: Increment[];
  readonly seen: Map<string, string>;
  readonly troubles: ZionTroubles;
  readonly dice: Dice;
}

async function answer(asked: Answering): Promise<void> {
  const { request, response } = asked;
  const blocks: Buffer[] = [];
  for await (const block of request) blocks.push(block);
  const text = Buffer.concat(blocks).toString();
  const path = request.url ?? '';
  if (path.startsWith('/api/v1/users/me')) {
    const token = (request.headers.authorization ?? '').slice('Bearer '.length);
    send(response, 200, { id: token, email: `${token}@users.test`, externalId: token });
  } else if (path.startsWith('/api/v1/limits/')) send(response, 200, { limits: [] });
  else if (path.startsWith('/api/v1/tiers/')) {
    send(response, 200, { tiers: { simple: [], moderate: [], complex: [] } });
  } else count(asked, text);
}

function count({ request, response, counted, seen, troubles, dice }: Answering, text: string) {
  if (dice.chance(troubles.failing)) return send(response, 503, undefined);
  const key = String(request.headers['idempotency-key'] ?? '');
  const { increments } = BatchIncrementRequest.parse(JSON.parse(text));
  const before = seen.get(key);
  if (key === '' || (before !== undefined && before !== text))
    return send(response, 409, undefined);
  if (before === undefined) {
    seen.set(key, text);
    counted.push(...increments);
  }
  if (dice.chance(troubles.hangingUp)) return response.destroy();
  const results = increments.map(({ email }) => ({ email, success: true }));
  return send(response, 200, { processed: increments.length, failed: 0, results });
}

function send(response: ServerResponse, status: number, data: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ success: status < 400, data: data ?? null }));
}
