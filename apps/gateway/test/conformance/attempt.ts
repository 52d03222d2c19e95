import { failed, type Reading } from './reading.ts';

/** What each package calls the status of a refusal. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const fields: { [name: string]: unknown } = { ...error };
  const status = fields['statusCode'] ?? fields['status'];
  return typeof status === 'number' ? status : undefined;
}

/** A reading, or why there is none: a refusal, a cut stream, or bytes that the reader gives up on. */
export async function attempt(read: () => Promise<Reading>): Promise<Reading> {
  try {
    return await read();
  } catch (error) {
    const why = error instanceof Error ? error.message : JSON.stringify(error);
    return failed(why, statusOf(error));
  }
}
