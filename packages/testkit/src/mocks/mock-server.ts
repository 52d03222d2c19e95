import { createServer } from 'node:http';
import { withDeadline } from '../deadline.ts';
import type { ReceivedRequest, Reply, ReplyWriter } from '../replies/reply.ts';
import { receive } from '../server/exchange.ts';
import { type DisposableServer, listenOnLoopback } from '../server/start-server.ts';
import { Expectation } from './expectation.ts';

/** What is wrong with a request, in the words of the mock, and the status that a real server gives. */
export interface Fault {
  readonly status: number;
  readonly reason: string;
}

export interface Endpoint {
  /** `POST /v1/chat/completions`; a last segment in braces stands for any one segment. */
  readonly name: string;
  /** Who may call, and how. */
  admit(request: ReceivedRequest): Fault | undefined;
  /** What the body must be. */
  check(request: ReceivedRequest): Fault | undefined;
  /** Answers when nothing is scripted; without it, an unscripted request fails the test. */
  readonly fallback?: Reply;
}

export interface WaitOptions {
  /** Only requests to this endpoint, by its name. */
  readonly endpoint?: string;
  readonly deadlineMs?: number;
}

/**
 * A scripted server: each `mock…` call queues one answer at an endpoint, requests take them in order.
 * Whatever came wrong, unasked, or never, is reported once by `verify`, which disposal calls.
 */
export abstract class MockServer implements AsyncDisposable {
  readonly #title: string;
  readonly #endpoints: Endpoint[] = [];
  readonly #queues = new Map<string, Expectation[]>();
  readonly #requests: { readonly endpoint: string; readonly request: ReceivedRequest }[] = [];
  readonly #forbidden = new Set<string>();
  readonly #watchers = new Set<() => void>();
  #violations: string[] = [];
  #server: DisposableServer | undefined;

  constructor(title: string) {
    this.#title = title;
  }

  /** The error body of this kind of server. */
  protected abstract refuse(fault: Fault): Reply;

  protected addEndpoint(endpoint: Endpoint): void {
    this.#endpoints.unshift(endpoint);
  }

  protected expect(
    endpoint: string,
    script: ConstructorParameters<typeof Expectation>[1],
  ): Expectation {
    const expectation = new Expectation(endpoint, script);
    const queue = this.#queues.get(endpoint) ?? [];
    queue.push(expectation);
    this.#queues.set(endpoint, queue);
    return expectation;
  }

  async listen(): Promise<this> {
    this.#server = await listenOnLoopback(
      createServer((incoming, response) => {
        void receive(incoming, response).then((exchange) =>
          exchange === undefined ? undefined : this.#answer(exchange.request, exchange.writer),
        );
      }),
    );
    return this;
  }

  get url(): string {
    if (this.#server === undefined) throw new Error(`the ${this.#title} mock was not started`);
    return this.#server.url;
  }

  /** The origin's word for `url`. */
  get uri(): string {
    return this.url;
  }

  /** `127.0.0.1:PORT`. */
  get address(): string {
    return this.url.slice('http://'.length);
  }

  openConnections(): number {
    return this.#server?.openConnections() ?? 0;
  }

  /** Scripts any path, also one that the mock doesn't know: only the key is checked there. */
  mockReply(method: string, path: string, reply: Reply): Expectation {
    const name = `${method} ${path}`;
    if (!this.#endpoints.some((endpoint) => endpoint.name === name)) {
      this.addEndpoint({
        name,
        admit: (request) => this.admitAny(request),
        check: () => undefined,
      });
    }
    return this.expect(name, { title: 'reply', reply });
  }

  protected abstract admitAny(request: ReceivedRequest): Fault | undefined;

  /** All so far, or one endpoint's, in the order in which they came. */
  receivedRequests(endpoint?: string): readonly ReceivedRequest[] {
    return this.#requests
      .filter((entry) => endpoint === undefined || entry.endpoint === endpoint)
      .map((entry) => entry.request);
  }

  /** The newest request. Throws when none came. */
  lastRequest(endpoint?: string): ReceivedRequest {
    const request = this.receivedRequests(endpoint).at(-1);
    if (request === undefined) throw new Error(`the ${this.#title} mock got no request yet`);
    return request;
  }

  async waitForRequests(
    count: number,
    { endpoint, deadlineMs = 3_000 }: WaitOptions = {},
  ): Promise<readonly ReceivedRequest[]> {
    await this.waitUntil(
      () => this.receivedRequests(endpoint).length >= count,
      deadlineMs,
      () =>
        `the ${this.#title} mock got ${this.receivedRequests(endpoint).length} of ${count} requests`,
    );
    return this.receivedRequests(endpoint);
  }

  /** Looks again whenever a request came or was answered; no polling. */
  protected async waitUntil(
    isDone: () => boolean,
    deadlineMs: number,
    message: () => string,
  ): Promise<void> {
    if (isDone()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (isDone()) resolve();
    };
    this.#watchers.add(look);
    try {
      await withDeadline(promise, deadlineMs, message);
    } finally {
      this.#watchers.delete(look);
    }
  }

  /** No request may carry this text, in a header, its path or its body: a client's key, for instance. */
  forbid(secret: string): void {
    this.#forbidden.add(secret);
  }

  protected violate(reason: string): void {
    this.#violations.push(reason);
  }

  /** What `verify` would report now. */
  problems(): readonly string[] {
    const missing = [...this.#queues.values()]
      .flat()
      .filter((expectation) => expectation.isMissing)
      .map(({ endpoint, title }) => `${endpoint} (${title}) was expected and never came`);
    return [...this.#violations, ...missing];
  }

  /** Throws with everything that went wrong since the last time; scripts still waiting are dropped. */
  verify(): void {
    const problems = this.problems();
    this.#violations = [];
    this.#queues.clear();
    if (problems.length > 0) {
      throw new Error(`${this.#title} mock:\n${problems.map((line) => `  - ${line}`).join('\n')}`);
    }
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    this.verify();
  }

  async #answer(request: ReceivedRequest, writer: ReplyWriter): Promise<void> {
    const title = `${request.method} ${request.path}`;
    const endpoint = this.#endpoints.find(({ name }) => fits(name, request));
    this.#requests.push({ endpoint: endpoint?.name ?? title, request });
    try {
      await this.#choose(title, endpoint, request)(writer);
    } catch (error) {
      this.violate(`${title}: the reply's script threw: ${String(error)}`);
      writer.cut('reset');
    } finally {
      this.#look();
    }
  }

  #choose(title: string, endpoint: Endpoint | undefined, request: ReceivedRequest): Reply {
    const found = endpoint === undefined ? undefined : this.#next(endpoint.name);
    const fault =
      this.#leak(request) ??
      endpoint?.admit(request) ??
      (found?.isChecked === false ? undefined : endpoint?.check(request));
    const misfit = found?.take(request);
    this.#look();
    if (fault !== undefined) {
      this.violate(`${title}: ${fault.reason}`);
      return this.refuse(fault);
    }
    if (misfit !== undefined) {
      this.violate(`${title}: ${misfit}`);
      return this.refuse({ status: 400, reason: misfit });
    }
    const reply = found?.reply ?? endpoint?.fallback;
    if (reply !== undefined) return reply;
    this.violate(`${title} came, but nothing was scripted for it`);
    return this.refuse({ status: 501, reason: 'nothing was scripted for this request' });
  }

  #next(name: string): Expectation | undefined {
    const queue = this.#queues.get(name) ?? [];
    return (
      queue.find((one) => !one.isSpent) ?? queue.findLast((one) => one.isPersistent && one.isSpent)
    );
  }

  #leak(request: ReceivedRequest): Fault | undefined {
    const all = `${request.path}\n${request.query}\n${JSON.stringify(request.headers)}\n${request.text}`;
    const leaked = [...this.#forbidden].some((secret) => all.includes(secret));
    return leaked
      ? { status: 400, reason: 'carries a secret that must not leave the gateway' }
      : undefined;
  }

  #look(): void {
    for (const look of this.#watchers) look();
  }
}

function fits(name: string, request: ReceivedRequest): boolean {
  const [method, path = ''] = name.split(' ');
  if (method !== request.method) return false;
  const brace = path.indexOf('{');
  if (brace === -1) return path === request.path;
  const prefix = path.slice(0, brace);
  const rest = request.path.slice(prefix.length);
  return request.path.startsWith(prefix) && rest !== '' && !rest.includes('/');
}
