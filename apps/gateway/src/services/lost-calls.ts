import type { Clock, Timer } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Metering } from './call-meter.ts';

export interface LostCallsDeps {
  readonly metering: Pick<Metering, 'settleLost'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent: once, at start. */
  readonly everyMs: number | undefined;
}

/** Books the calls that gateways were killed in: at start and, where others may die, now and then. */
export async function watchLostCalls(deps: LostCallsDeps): Promise<{ close(): Promise<void> }> {
  const { metering, clock, log, everyMs } = deps;
  let timer: Timer | undefined;
  let running: Promise<void> | undefined;
  let isClosed = false;

  const settle = async (): Promise<void> => {
    const count = await metering.settleLost();
    if (count > 0) log.warn({ count }, 'calls were lost with another gateway, and are booked');
  };
  const next = (): void => {
    if (everyMs === undefined || isClosed) return;
    timer = clock.schedule(everyMs, () => {
      running = settle()
        .catch((error: unknown) => log.warn({ detail: String(error) }, 'lost calls can’t be read'))
        .finally(next);
    });
  };
  await settle();
  next();
  return {
    close: async () => {
      isClosed = true;
      timer?.cancel();
      await running;
    },
  };
}
