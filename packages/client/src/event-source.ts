import { createSseReader, type SseMessage } from './sse-reader.ts';

export interface EventSourceOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly headers: { readonly [name: string]: string };
}

/** What a listener is given: as much of a DOM event as tRPC reads. */
interface SourceEvent {
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
  readonly message?: string;
}
type Listener = (event: SourceEvent) => void;

/** The part of the DOM's EventSource that tRPC uses. */
interface Source {
  readonly CONNECTING: number;
  readonly OPEN: number;
  readonly CLOSED: number;
  readyState: number;
  addEventListener(type: string, listener: Listener): void;
  removeEventListener(type: string, listener: Listener): void;
  close(): void;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

/**
 * An `EventSource` over `fetch`, since the browser's own can send a key only in its URL. Reconnects
 * with growing pauses until it is closed, from the last event it saw; a refusal that another try
 * can't change closes it.
 */
export function createEventSource({
  fetch,
  headers,
}: EventSourceOptions): new (
  url: string,
) => Source {
  return class FetchEventSource implements Source {
    readonly CONNECTING = 0;
    readonly OPEN = 1;
    readonly CLOSED = 2;
    readyState = 0;
    readonly #url: string;
    readonly #listeners = new Map<string, Set<Listener>>();
    readonly #closed = new AbortController();
    #lastEventId = '';
    #delayMs = FIRST_DELAY_MS;

    constructor(url: string) {
      this.#url = url;
      void this.#run();
    }

    addEventListener(type: string, listener: Listener): void {
      const known = this.#listeners.get(type) ?? new Set();
      this.#listeners.set(type, known.add(listener));
    }

    removeEventListener(type: string, listener: Listener): void {
      this.#listeners.get(type)?.delete(listener);
    }

    close(): void {
      this.readyState = this.CLOSED;
      this.#closed.abort();
    }

    async #run(): Promise<void> {
      while (this.readyState !== this.CLOSED) {
        this.readyState = this.CONNECTING;
        const problem = await this.#connect().catch((error: unknown) => String(error));
        if (this.readyState === this.CLOSED) return;
        this.readyState = this.CONNECTING;
        this.#tell({ type: 'error', data: '', message: problem });
        await pause(this.#delayMs, this.#closed.signal);
        this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_DELAY_MS);
      }
    }

    /** One connection, to its end. Resolves with why another one is needed. */
    async #connect(): Promise<string> {
      const response = await fetch(this.#url, {
        headers: {
          ...headers,
          accept: 'text/event-stream',
          ...(this.#lastEventId === '' ? undefined : { 'last-event-id': this.#lastEventId }),
        },
        signal: this.#closed.signal,
      });
      if (!response.ok || response.body === null) return this.#refused(response);
      this.readyState = this.OPEN;
      this.#delayMs = FIRST_DELAY_MS;
      const read = createSseReader();
      const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
        for (const message of read(piece.value)) this.#receive(message);
      }
      return 'the connection ended';
    }

    async #refused(response: Response): Promise<string> {
      const told = `the gateway answered with status ${response.status}`;
      const error = errorIn(await response.text());
      const isFinal = response.status < 500;
      if (isFinal) this.close();
      // After the gateway's own words an `error` event would only hide them.
      if (error !== undefined) this.#tell({ type: 'serialized-error', data: error });
      else if (isFinal) this.#tell({ type: 'error', data: '', message: told });
      return told;
    }

    #receive({ type, data, id }: SseMessage): void {
      if (id !== undefined) this.#lastEventId = id;
      this.#tell({ type, data });
    }

    #tell(event: Omit<SourceEvent, 'lastEventId'>): void {
      const told = { ...event, lastEventId: this.#lastEventId };
      for (const listener of this.#listeners.get(event.type) ?? []) listener(told);
    }
  };
}

/** tRPC's error in a refusal's body, as it would stand in a stream. */
function errorIn(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || !('error' in parsed)) return undefined;
    return JSON.stringify(parsed.error);
  } catch {
    return undefined;
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
