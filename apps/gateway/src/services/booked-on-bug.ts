import type { CallMeter, CountedText } from './call-meter.ts';

/** A bug in the work of a call that was sent ends the call too: it is booked as it is thrown on. */
export async function bookedOnBug<T>(
  { meter, text }: { readonly meter: CallMeter; readonly text: CountedText },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (bug) {
    meter.finish({ error: { kind: 'internal', detail: String(bug) }, losses: [], text });
    throw bug;
  }
}
