import type { DependencyStatus } from './governance.ts';

/** One body as it was sent or got, as far as it is kept. */
export interface KeptBody {
  readonly text: string;
  /** It was longer than what is kept. */
  readonly isCut: boolean;
}

/** What a client sent with a call and what it got, for a key that has them kept. */
export interface CallBodies {
  readonly callId: string;
  readonly keyId: string;
  /** Unix milliseconds. */
  readonly keptAt: number;
  readonly keptUntil: number;
  readonly request: KeptBody;
  readonly reply: KeptBody;
}

/** Bodies of calls, apart from the ledger: gone when their time is over. Nothing waits for it. */
export interface BodyStore {
  /** A failure is told by `status` and the log, never by the call. */
  keep(bodies: CallBodies): void;
  find(callId: string): CallBodies | undefined;
  /** For `/health`: whether the last ones could be kept. Undefined: none was to be. */
  status(): Promise<DependencyStatus | undefined>;
  close(): void;
}
