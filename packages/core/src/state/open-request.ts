import { type Loss, lost } from '../chat/loss.ts';
import type { Message } from '../chat/message.ts';
import type { ChatRequest } from '../chat/request.ts';
import { createCallNames } from './call-names.ts';
import { readCarried } from './carried-state.ts';
import { hasSealed, type OpenContext, openTurn, type Placed, withOwnId } from './open-turn.ts';
import type { Sealer } from './sealer.ts';

export interface OpenedRequest {
  readonly request: ChatRequest;
  /** State that could not be given back. */
  readonly losses: readonly Loss[];
  /** Whether there was anything sealed, opened or not. */
  readonly hadSealed: boolean;
}

/**
 * A client's history with the state that its tokens stand for, calls and results under their own ids
 * again. What doesn't open is left out and told: the call goes on without it.
 */
export function openRequest(request: ChatRequest, sealer: Sealer): OpenedRequest {
  const losses: Loss[] = [];
  if (!request.messages.some(({ content }) => content.some(hasSealed))) {
    return { request, losses, hadSealed: false };
  }
  const context: OpenContext = {
    open: (token, beside) => {
      const payload = sealer.open(token, beside);
      return payload === undefined ? undefined : readCarried(payload);
    },
    names: createCallNames(),
    lose: (path) => losses.push(lost('providerState', `${path}.state`, UNOPENED)),
  };
  const messages = turnsOf(request.messages).flatMap((turn) => openMessages(turn, context));
  return { request: { ...request, messages }, losses, hadSealed: true };
}

const UNOPENED =
  'carried for another key, changed on its way, or expired: the model goes on without its state';

interface PlacedMessage {
  readonly message: Message;
  readonly path: string;
}

/**
 * What a model said in one turn is one message, however many the client made of it, as those do that
 * keep each piece of a stream.
 */
function turnsOf(messages: readonly Message[]): readonly (readonly PlacedMessage[])[] {
  const turns: PlacedMessage[][] = [];
  for (const [index, message] of messages.entries()) {
    const placed = { message, path: `messages[${index}]` };
    const last = turns.at(-1)?.at(-1)?.message;
    if (last !== undefined && isPlainTurn(last) && message.role === 'assistant') {
      turns.at(-1)?.push(placed);
    } else turns.push([placed]);
  }
  return turns;
}

const isPlainTurn = ({ role, content: _content, ...others }: Message): boolean =>
  role === 'assistant' && Object.keys(others).length === 0;

function openMessages(turn: readonly PlacedMessage[], context: OpenContext): readonly Message[] {
  const last = turn.at(-1)?.message;
  const placed = turn.flatMap(({ message, path }) =>
    message.content.map((part, at): Placed => ({ part, path: `${path}.content[${at}]` })),
  );
  if (last === undefined) return [];
  if (placed.some(({ part }) => hasSealed(part))) {
    return [{ ...last, content: openTurn(placed, context) }];
  }
  return turn.map(({ message }) => ({
    ...message,
    content: message.content.map((part) => withOwnId(part, context)),
  }));
}
