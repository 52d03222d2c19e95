import type { ChatRequest, ContentPart, GatewayError, Loss } from '@tollgate/core/chat';
import { clientPath, type FaceCodec } from '@tollgate/core/dialects';
import type { JsonObject } from '@tollgate/core/json';

/** A path of the hub as a client's own body has it. */
export type NameOf = (path: string) => string;

/** Undefined for who speaks the hub's own words. */
export const namesIn = ({ clientWords }: FaceCodec, body: JsonObject): NameOf | undefined =>
  clientWords && ((path) => clientPath(clientWords, body, path));

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
  return losses.map((loss) => {
    if (own.includes(loss)) return loss;
    const isDecoded = sent.request === request || sent.losses.includes(loss);
    const path = isDecoded ? loss.path : decodedPath(loss.path, sent.request, request);
    return { ...loss, path: nameOf(path) };
  });
}

export const toldError = (error: GatewayError, sent: Sent, to: ToldTo): GatewayError =>
  error.kind === 'not_expressible'
    ? { ...error, losses: toldLosses(error.losses, sent, to) }
    : error;

const IN_PART = /^messages\[(\d+)\]\.content\[(\d+)\](.*)$/;

/** Where the client itself said it: turns grow, and become one, where state is put back in. */
function decodedPath(path: string, sent: ChatRequest, decoded: ChatRequest): string {
  const [, message, part, rest = ''] = IN_PART.exec(path) ?? [];
  const content = sent.messages[Number(message)]?.content;
  const said = content?.[Number(part)];
  if (content === undefined || said === undefined || isLikewise(sent, decoded)) return path;
  const place = placeOf(said, decoded);
  if (place !== undefined) return `messages[${place.message}].content[${place.part}]${rest}`;
  // A thought that the client never saw: told of the turn that it belongs to.
  const beside = content.map((one) => placeOf(one, decoded)).find((one) => one !== undefined);
  return beside === undefined ? path : `messages[${beside.message}]`;
}

/** Most turns only get their state, and keep their parts where they were. */
const isLikewise = (sent: ChatRequest, decoded: ChatRequest): boolean =>
  sent.messages.length === decoded.messages.length &&
  sent.messages.every(
    ({ content }, index) => content.length === decoded.messages[index]?.content.length,
  );

function placeOf(said: ContentPart, { messages }: ChatRequest) {
  for (const [message, { content }] of messages.entries()) {
    const part = content.findIndex((one) => isSame(one, said));
    if (part !== -1) return { message, part };
  }
  return undefined;
}

/** Calls and their results got their providers' ids back, and are new objects by that. */
function isSame(decoded: ContentPart, sent: ContentPart): boolean {
  if (decoded === sent) return true;
  if (decoded.type === 'tool-result' && sent.type === 'tool-result') {
    return decoded.content === sent.content;
  }
  if (decoded.type !== 'tool-call' || sent.type !== 'tool-call') return false;
  return decoded.name === sent.name && decoded.argumentsJson === sent.argumentsJson;
}
