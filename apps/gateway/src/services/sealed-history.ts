import type { ChatRequest, Loss } from '@tollgate/core/chat';
import type { JsonObject } from '@tollgate/core/json';
import { openRequest, SEAL_MARK, type Sealer } from '@tollgate/core/state';
import type { WireProtocol } from './wire-protocol.ts';

/** A request with what its tokens stand for, and what of that was lost. */
export function withState<
  T extends { readonly request: ChatRequest; readonly losses: readonly Loss[] },
>(asked: T, sealer: Sealer): T {
  const { request, losses } = openRequest(asked.request, sealer);
  return losses.length === 0
    ? { ...asked, request }
    : { ...asked, request, losses: [...asked.losses, ...losses] };
}

export interface ReceivedBody {
  readonly protocol: Pick<WireProtocol, 'dialect'>;
  readonly text: string;
  readonly body: JsonObject;
}

/**
 * True of a body with tokens that only we can read, of turns that another provider answered: it can't
 * pass as it is. Text that merely holds the mark is no reason not to.
 */
export function hasSealed({ protocol, text, body }: ReceivedBody, sealer: Sealer): boolean {
  if (!text.includes(SEAL_MARK)) return false;
  const decoded = protocol.dialect?.decodeRequest(body);
  return decoded?.ok === true && openRequest(decoded.value.request, sealer).hadSealed;
}
