import { err, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { Log } from '../../ports/log.ts';

const RETRY_SECONDS = 1;

/**
 * What a database refuses, as a value: it is full, read-only, away, or was locked for too long. Why is for
 * the log alone, as it names places.
 */
export async function whenAvailable<T>(
  work: () => Promise<Result<T, GatewayError>>,
  log: Log | undefined,
): Promise<Result<T, GatewayError>> {
  try {
    return await work();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    log?.error({ component: 'storage', detail }, 'the database refused');
    return err({ kind: 'storage_unavailable', retryAfterSeconds: RETRY_SECONDS });
  }
}
