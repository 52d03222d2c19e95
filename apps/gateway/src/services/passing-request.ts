import type { Loss } from '@tollgate/core/chat';
import type { Edits, Envelope } from '@tollgate/core/dialects';
import { editTopLevel, type JsonObject } from '@tollgate/core/json';
import { endpointOf } from '@tollgate/core/providers';
import type { CountedText } from './call-meter.ts';
import type { Destination } from './destination.ts';
import type { ReplyWatch } from './reply-watch.ts';
import type { WireProtocol } from './wire-protocol.ts';

/** A body on its way to a provider of the same dialect. */
export interface PassingRequest {
  readonly protocol: WireProtocol;
  readonly destination: Destination;
  readonly envelope: Envelope;
  /** The body as the client sent it, and parsed. */
  readonly text: string;
  readonly body: JsonObject;
  /** The dialect's own of the client's headers. */
  readonly headers?: { readonly [name: string]: string };
  /** What the provider is not told. */
  readonly losses?: readonly Loss[];
  /** Fields that change for a reason of their own, beside the dialect's. */
  readonly edits?: Edits;
  readonly watch?: ReplyWatch;
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

/** The client's own text where nothing has to change: an unchanged body costs nothing. */
export function editedText({
  protocol,
  destination,
  envelope,
  text,
  body,
  edits: own,
}: PassingRequest): string {
  const wanted = {
    ...protocol.passage.edits(body, envelope, destination.provider.quirks),
    ...own,
  };
  const isAsTold =
    endpointOf(destination.provider, protocol.operation).addressed?.includes('model') === true ||
    (destination.model === envelope.model && namesModelOnce(text));
  const edits = isAsTold ? wanted : { ...wanted, model: destination.model };
  const edited = Object.keys(edits).length === 0 ? text : editTopLevel(text, edits);
  return protocol.passage.restore?.(edited, body, destination.provider.quirks) ?? edited;
}

/**
 * False also for a text that only might name it twice, by another object's field or in an escape: of
 * two, we read the last, and what a provider reads can't be known.
 */
const namesModelOnce = (text: string): boolean =>
  text.indexOf('"model"') === text.lastIndexOf('"model"') && !text.includes('\\u006');
