import { describeReservations } from '../test-support/describe-reservations.ts';
import { createManualClock } from '../test-support/manual-clock.ts';
import { createMemoryReservations } from './memory-reservations.ts';

describeReservations('memory', async () => {
  const clock = createManualClock();
  let inner = createMemoryReservations(clock);
  return {
    reservations: {
      reserve: (...args) => inner.reserve(...args),
      extend: (...args) => inner.extend(...args),
      settle: (...args) => inner.settle(...args),
      correct: (...args) => inner.correct(...args),
      release: (...args) => inner.release(...args),
      renew: (...args) => inner.renew(...args),
      load: (...args) => inner.load(...args),
      expired: (...args) => inner.expired(...args),
      standing: (...args) => inner.standing(...args),
      close: () => inner.close(),
    },
    pass: async (ms) => clock.advance(ms),
    lose: async () => {
      await inner.close();
      inner = createMemoryReservations(clock);
    },
    close: () => inner.close(),
  };
});
