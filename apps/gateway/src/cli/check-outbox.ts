import type { Config } from '../config/config.ts';
import { channelStatuses, outboxTrouble } from '../services/outbox.ts';
import { type Check, fine, warning } from './check.ts';
import { CliFailure } from './context.ts';
import { withOutbox } from './open-outbox.ts';

/** Whether what others are to be told is on its way. */
export async function checkOutbox(config: Config, now: number): Promise<Check> {
  try {
    const channels = channelStatuses(await withOutbox(config, (store) => store.states()), now);
    const trouble = outboxTrouble(channels);
    const pending = channels.reduce((sum, one) => sum + one.pending, 0);
    const oldest = Math.max(0, ...channels.map(({ oldestSeconds = 0 }) => oldestSeconds));
    const detail = pending === 0 ? 'nothing waits' : `${pending} wait, the oldest for ${oldest} s`;
    if (trouble === undefined) return fine('outbox', detail);
    return warning(
      'outbox',
      `${detail}; ${trouble}`,
      'see why the other side takes nothing; tollgate outbox list and resend are for dead letters',
    );
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    return fine('outbox', 'no ledger to look into');
  }
}
