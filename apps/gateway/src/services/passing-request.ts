import type { Envelope } from '@tollgate/core/dialects';
import type { JsonObject } from '@tollgate/core/json';
import type { CountedText } from './call-meter.ts';
import type { Destination } from './destination.ts';
import type { WireProtocol } from './wire-protocol.ts';

/** A body on its way to a provider of the same dialect. */
export interface PassingRequest {
  readonly protocol: WireProtocol;
  readonly destination: Destination;
  readonly envelope: Envelope;
  /** The body as the client sent it, and parsed. */
  readonly text: string;
  readonly body: JsonObject;
}

/** What is counted of such a call, should its provider not count. */
export function textOf(
  { protocol: { passage }, body }: PassingRequest,
  output: () => string,
): CountedText {
  const messages = passage.messageCount?.(body);
  return {
    input: () => passage.inputText(body),
    output,
    ...(messages === undefined ? undefined : { messages }),
  };
}
