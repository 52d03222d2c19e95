import { renderSse, type SseEvent } from '@tollgate/core/sse';
import type { Clock, Timer } from '../ports/clock.ts';

/** Clients and the proxies before them give up on a silent stream, the quickest after 30 s. */
const SILENCE_MS = 15_000;

/** A comment, which every reader skips: before the first event a grammar allows none of its own. */
const COMMENT = ': waiting\n\n';

const SILENT = Symbol('silent');

/**
 * The frames, with a word of the dialect wherever they are silent for 15 s. Takes them over: closing
 * this closes them. To be begun.
 */
export async function* keptAlive(
  frames: AsyncGenerator<Uint8Array | string, void>,
  { clock, keepAlive }: { readonly clock: Clock; readonly keepAlive: SseEvent },
): AsyncGenerator<Uint8Array | string, void> {
  let timer: Timer | undefined;
  let word = COMMENT;
  const withinSilence = async <T>(next: Promise<T>): Promise<T | typeof SILENT> => {
    const silence = new Promise<typeof SILENT>((resolve) => {
      timer = clock.schedule(SILENCE_MS, () => resolve(SILENT));
    });
    try {
      return await Promise.race([next, silence]);
    } finally {
      timer?.cancel();
    }
  };
  try {
    yield '';
    let next = frames.next();
    for (;;) {
      const heard = await withinSilence(next);
      if (heard === SILENT) {
        yield word;
        continue;
      }
      if (heard.done === true) return;
      word = renderSse(keepAlive);
      yield heard.value;
      next = frames.next();
    }
  } finally {
    timer?.cancel();
    await frames.return();
  }
}
