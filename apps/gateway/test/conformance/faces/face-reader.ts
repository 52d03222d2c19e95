import type { Reading } from '../reading.ts';

/** What a client of a face asks for, and where. */
export interface Asked {
  /** The gateway's address, without a version. */
  readonly url: string;
  readonly apiKey: string;
  readonly model: string;
  readonly stream: boolean;
}

/** Asks as the client's documentation says, and tells what the client shows of the reply. */
export type FaceReader = (asked: Asked) => Promise<Reading>;
