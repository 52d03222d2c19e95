import type { Server } from 'node:http';

/** Time as the app sees it. The harness hands in a virtual or the real one. */
export interface AppClock {
  /** Unix milliseconds. */
  now(): number;
  monotonic(): number;
  schedule(delayMs: number, task: () => void): { cancel(): void };
}

export interface AppOptions {
  /** What `tollgate.yaml` would hold, already parsed; `undefined` when there is no file. */
  readonly config: unknown;
  /** What the process environment would hold; nothing else of it is read. */
  readonly env: { readonly [name: string]: string | undefined };
  readonly clock: AppClock;
  /** Each log line as the object that would be printed. */
  readonly onLog: (line: { readonly [field: string]: unknown }) => void;
}

/** One settled call, in the words the tests use. */
export interface RecordedUsage {
  readonly callId: string;
  readonly keyName: string;
  readonly face: string;
  readonly provider: string | undefined;
  readonly modelAsked: string;
  readonly modelServed: string | undefined;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly provenance: string | undefined;
  readonly status: string;
  readonly errorKind: string | undefined;
  readonly losses: readonly string[];
  /** Pico-dollars as decimal text, or null and why nobody knows. */
  readonly cost: { readonly picoUsd: string | null; readonly reason?: string } | undefined;
}

export interface App {
  /** Not yet listening: the harness binds it to a free port on loopback. */
  readonly server: Server;
  readonly adminKey: string;
  /** Settles when everything recorded is durable and what can be reported has been tried. */
  flush(): Promise<void>;
  /** Every usage event so far, oldest first. */
  usage(): Promise<readonly RecordedUsage[]>;
  close(): Promise<void>;
}

/** How the harness starts an app; the gateway proves with `satisfies` that it is one. */
export type CreateApp = (options: AppOptions) => Promise<App>;
