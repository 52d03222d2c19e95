import { changed, type Loss, lost } from '../chat/loss.ts';
import type { ChatRequest } from '../chat/request.ts';

/**
 * As many stop sequences as a dialect takes. Those beyond are left to whoever reads the reply, which
 * is cut at the first of them; not of several choices, where none can be cut without the others.
 */
export function mostStops(
  { stopSequences = [], n = 1 }: ChatRequest,
  most: number,
  lose: (loss: Loss) => void,
): readonly string[] {
  const stops = stopSequences.filter((stop) => stop !== '');
  if (stops.length <= most) return stops;
  const why = `at most ${most} can be sent`;
  lose(
    n > 1
      ? lost('stopSequences', 'stopSequences', `${why}, and several choices are not cut at others`)
      : changed('stopSequences', 'stopSequences', 'emulated', `${why}: the reply is cut at others`),
  );
  return stops.slice(0, most);
}
