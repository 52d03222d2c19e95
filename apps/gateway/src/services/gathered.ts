import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { Gatherer } from '@tollgate/core/dialects';
import { type JsonValue, parseJson } from '@tollgate/core/json';
import type { CallEnd } from './call-meter.ts';
import { type PassingStream, passFrames } from './pass-frames.ts';

/** As much as a whole reply may have. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * A stream that passes, as the whole reply that its provider would have sent: a budget that counts what is
 * written sees it only so. One that broke off is booked by what was seen of it; a whole one by the caller.
 */
export async function gathered(
  stream: PassingStream,
  gatherer: Gatherer,
): Promise<Result<{ readonly body: string; readonly json: JsonValue }, GatewayError>> {
  const { request, meter } = stream;
  let end: CallEnd | undefined;
  let bytes = 0;
  const frames = passFrames({
    ...stream,
    meter: {
      ...meter,
      finish: (told) => {
        end ??= told;
      },
    },
    request: {
      ...request,
      envelope: { ...request.envelope, stream: true, includeUsage: true },
      watch: {
        event: async ({ data }) => {
          bytes += data.length;
          if (bytes <= MOST_BYTES) gatherer.push(data);
          return undefined;
        },
        whole: async () => 'heard',
      },
    },
  });
  for await (const _frame of frames) {
    // Only heard: what it holds is gathered.
  }
  if (end?.error !== undefined) {
    meter.finish(end);
    return err(end.error);
  }
  const body = bytes <= MOST_BYTES ? gatherer.reply() : undefined;
  const json = body === undefined ? undefined : parseJson(body);
  if (body !== undefined && json?.ok === true) return ok({ body, json: json.value });
  const provider = request.destination.provider.name;
  const detail = 'Its stream does not end in a whole reply, or is too long for one.';
  return err({ kind: 'provider_invalid_reply', provider, detail });
}
