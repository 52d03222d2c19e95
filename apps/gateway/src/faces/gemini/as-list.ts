import { createSseSplitter } from '@tollgate/core/sse';

/**
 * A stream's events as one JSON list, which is what this API streams unless events are asked for.
 * An event's payload goes on as it is, as soon as it is whole. To be begun.
 */
export async function* asList(
  frames: AsyncGenerator<Uint8Array | string, void>,
): AsyncGenerator<string, void> {
  const splitter = createSseSplitter();
  const encoder = new TextEncoder();
  let before = '[';
  try {
    yield '';
    for await (const frame of frames) {
      const split = splitter.push(typeof frame === 'string' ? encoder.encode(frame) : frame);
      // Frames are whole events, none longer than the splitter that they came through takes.
      if (!split.ok) throw new Error('a frame of a stream is longer than any event may be');
      let items = '';
      for (const { event } of split.value) {
        if (event === undefined || event.data.trim() === '') continue;
        items += before + event.data;
        before = ',\r\n';
      }
      if (items !== '') yield items;
    }
    yield before === '[' ? '[]' : ']';
  } finally {
    await frames.return();
  }
}
