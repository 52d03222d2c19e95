import { lenientText } from '../utf8.ts';
import { renderSse } from './render-sse.ts';
import type { SsePiece } from './sse-splitter.ts';

/** A piece with other data in its frame; its line ends, ids, names and comments stay. */
export function withData({ bytes, event }: SsePiece, data: string): string {
  const frame = lenientText(bytes);
  // Data of several lines doesn't stand in its frame as one text.
  if (event === undefined || event.data === '' || !frame.includes(event.data)) {
    return renderSse({ ...event, data });
  }
  return frame.replace(event.data, () => data);
}
