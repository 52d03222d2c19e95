import type { GatewayError } from '@tollgate/core/chat';
import { decodeBedrockException } from '@tollgate/core/dialects';
import {
  createStreamSplitter,
  type Framing,
  type FramingFault,
  mediaTypeOf,
  type StreamPiece,
} from '@tollgate/core/framing';
import { endpointOf, type Operation } from '@tollgate/core/providers';
import type { UpstreamReply } from '../ports/upstream.ts';
import type { Destination } from './destination.ts';

export const framingOf = ({ provider }: Destination, operation: Operation): Framing =>
  endpointOf(provider, operation).framing ?? 'sse';

/** Whether a reply says that it is a stream, as this operation's are. */
export const isStream = (reply: UpstreamReply, framing: Framing): boolean =>
  (reply.headers['content-type'] ?? '').startsWith(mediaTypeOf(framing));

/** What a provider's next bytes hold: events, and why there are no more of them. */
export interface StreamRead {
  readonly pieces: readonly StreamPiece[];
  readonly failure?: GatewayError;
}

/** Reads a provider's stream event by event; an exception in its place, or a fault, is the last. */
export function createStreamReader(
  framing: Framing,
  provider: string,
): (chunk: Uint8Array) => StreamRead {
  const splitter = createStreamSplitter(framing);
  return (chunk) => {
    const { pieces, fault } = splitter.push(chunk);
    const at = pieces.findIndex(({ isException }) => isException === true);
    const exception = pieces[at]?.event;
    if (exception === undefined) {
      return fault === undefined ? { pieces } : { pieces, failure: faultOf(fault, provider) };
    }
    return { pieces: pieces.slice(0, at), failure: decodeBedrockException(exception, provider) };
  };
}

const faultOf = (fault: FramingFault, provider: string): GatewayError => ({
  kind: 'provider_invalid_reply',
  provider,
  detail:
    fault.kind === 'event_too_large'
      ? `The provider sent one event that is longer than ${fault.limitBytes / 1024 / 1024} MiB.`
      : 'The provider sent a stream whose checksums or lengths are wrong.',
});
