import type { ChatRequest, ContentPart, GatewayError, Loss } from '@tollgate/core/chat';
import { clientPaths, type FaceCodec } from '@tollgate/core/dialects';
import type { JsonObject } from '@tollgate/core/json';

/** A path of the hub as a client's own body has it. */
export type NameOf = (path: string) => string;

/** Undefined for who speaks the hub's own words. */
export const namesIn = ({ clientWords }: FaceCodec, body: JsonObject): NameOf | undefined =>
  clientWords && clientPaths(clientWords, body);

/** Whose words a client reads. */
export interface ToldTo {
  readonly nameOf?: NameOf | undefined;
  /** As decoded: where its parts stand, the body tells. */
  readonly request: ChatRequest;
  /** What its own decoder left out, which is in its words already. */
  readonly losses: readonly Loss[];
}

/** The client's request with the state that its tokens stood for, and what didn't open, told of the former. */
export interface Sent {
  readonly request: ChatRequest;
  readonly losses: readonly Loss[];
}

/** Losses with their paths as the client's own body has them; the ledger keeps the hub's. */
export function toldLosses(
  losses: readonly Loss[],
  sent: Sent,
  { nameOf, request, losses: own }: ToldTo,
): readonly Loss[] {
  if (nameOf === undefined || losses.length === 0) return losses;
  const isOwn = new Set(own);
  const isUnopened = new Set(sent.losses);
  const decoded = sent.request === request ? undefined : decodedPaths(sent.request, request);
  return losses.map((loss) => {
    if (isOwn.has(loss)) return loss;
    const isDecoded = decoded === undefined || isUnopened.has(loss);
    return { ...loss, path: nameOf(isDecoded ? loss.path : decoded(loss.path)) };
  });
}

export const toldError = (error: GatewayError, sent: Sent, to: ToldTo): GatewayError =>
  error.kind === 'not_expressible'
    ? { ...error, losses: toldLosses(error.losses, sent, to) }
    : error;

const IN_PART = /^messages\[(\d+)\]\.content\[(\d+)\](.*)$/;

/**
 * Where the client itself said it: turns grow, and become one, where state is put back in. Undefined:
 * everything stands where it stood.
 */
function decodedPaths(
  sent: ChatRequest,
  decoded: ChatRequest,
): ((path: string) => string) | undefined {
  if (isLikewise(sent, decoded)) return undefined;
  const places = placesIn(decoded);
  return (path) => {
    const [, message, part, rest = ''] = IN_PART.exec(path) ?? [];
    const content = sent.messages[Number(message)]?.content;
    const said = content?.[Number(part)];
    if (content === undefined || said === undefined) return path;
    const place = places.get(identityOf(said));
    if (place !== undefined) return `messages[${place.message}].content[${place.part}]${rest}`;
    // A thought that the client never saw: told of the turn that it belongs to.
    const beside = content.map((one) => places.get(identityOf(one))).find(Boolean);
    return beside === undefined ? path : `messages[${beside.message}]`;
  };
}

/** Most turns only get their state, and keep their parts where they were. */
const isLikewise = (sent: ChatRequest, decoded: ChatRequest): boolean =>
  sent.messages.length === decoded.messages.length &&
  sent.messages.every(
    ({ content }, index) => content.length === decoded.messages[index]?.content.length,
  );

interface PartPlace {
  readonly message: number;
  readonly part: number;
}

/** Of several that are alike, the first. */
function placesIn({ messages }: ChatRequest): ReadonlyMap<unknown, PartPlace> {
  const places = new Map<unknown, PartPlace>();
  for (const [message, { content }] of messages.entries()) {
    for (const [part, said] of content.entries()) {
      const identity = identityOf(said);
      if (!places.has(identity)) places.set(identity, { message, part });
    }
  }
  return places;
}

/** Calls and their results got their providers' ids back, and are new objects by that. */
function identityOf(part: ContentPart): unknown {
  if (part.type === 'tool-result') return part.content;
  return part.type === 'tool-call' ? `${part.name}(${part.argumentsJson})` : part;
}
