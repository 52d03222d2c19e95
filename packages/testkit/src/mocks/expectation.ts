import type { ReceivedRequest, Reply } from '../replies/reply.ts';

/** One scripted answer in an endpoint's queue. A test fails when it never was asked for. */
export class Expectation {
  readonly endpoint: string;
  readonly reply: Reply;
  readonly title: string;
  /** Those that this script answered, in order. */
  readonly requests: ReceivedRequest[] = [];
  #left = 1;
  #persistent = false;
  #optional = false;
  #checked = true;
  readonly #accepts: (request: ReceivedRequest) => string | undefined;

  constructor(
    endpoint: string,
    script: {
      readonly title: string;
      readonly reply: Reply;
      /** Why this script doesn't fit the request, where it doesn't. */
      readonly accepts?: (request: ReceivedRequest) => string | undefined;
    },
  ) {
    this.endpoint = endpoint;
    this.title = script.title;
    this.reply = script.reply;
    this.#accepts = script.accepts ?? (() => undefined);
  }

  /** Answers, after its first, every request that no later script takes. */
  persist(): this {
    this.#persistent = true;
    return this;
  }

  /** Answers this many requests, all of which must come. */
  times(count: number): this {
    this.#left = count;
    return this;
  }

  /** It may go unused. */
  optional(): this {
    this.#optional = true;
    return this;
  }

  /** The body may be anything: for requests that the provider itself is to refuse. */
  unchecked(): this {
    this.#checked = false;
    return this;
  }

  get isChecked(): boolean {
    return this.#checked;
  }

  get isMissing(): boolean {
    return !this.#optional && (this.#persistent ? this.requests.length === 0 : this.#left > 0);
  }

  /** Whether nothing is left of it once another waits behind. */
  get isSpent(): boolean {
    return this.#left <= 0;
  }

  get isPersistent(): boolean {
    return this.#persistent;
  }

  take(request: ReceivedRequest): string | undefined {
    this.#left -= 1;
    this.requests.push(request);
    return this.#checked ? this.#accepts(request) : undefined;
  }
}
