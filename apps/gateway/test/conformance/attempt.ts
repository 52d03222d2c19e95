import { failed, type Reading } from './reading.ts';

/** A reading, or why there is none: a refusal, a cut stream, or bytes that the reader gives up on. */
export async function attempt(read: () => Promise<Reading>): Promise<Reading> {
  try {
    return await read();
  } catch (error) {
    return failed(error instanceof Error ? error.message : JSON.stringify(error));
  }
}
