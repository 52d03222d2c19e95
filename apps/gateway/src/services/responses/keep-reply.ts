import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '@tollgate/core/json';
import type { SseEvent } from '@tollgate/core/sse';
import type { Destination } from '../destination.ts';
import type { Booking, Heard, ReplyWatch } from '../reply-watch.ts';
import type { KeptResponses } from './kept-responses.ts';

/** Whose reply is to be kept, and what it answers. */
export interface Keeping {
  readonly kept: KeptResponses;
  readonly owner: string;
  readonly destination: Destination;
  readonly input: JsonValue;
  readonly previous: string | undefined;
}

export const ENDS: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete']);

/** The response whole, as the last event of its stream tells it. */
function finalResponse({ event, data }: SseEvent): JsonObject | undefined {
  if (event !== undefined && !ENDS.has(event)) return undefined;
  const body = parseJson(data);
  if (!body.ok || !isJsonObject(body.value) || !ENDS.has(String(body.value['type']))) {
    return undefined;
  }
  const { response } = body.value;
  return isJsonObject(response) ? response : undefined;
}

/**
 * Keeps a response once it is whole. `isRaw`: it passes, as its provider wrote it. `onUnkept`: it is
 * too large, or could not be written; its last words then say so, where they are ours.
 */
export function keepWhole(
  { kept, owner, destination, input, previous }: Keeping,
  { isRaw, onUnkept }: { readonly isRaw: boolean; readonly onUnkept?: () => void },
): ReplyWatch {
  const isKept = async (response: JsonObject): Promise<boolean> => {
    const { id, output } = response;
    if (typeof id !== 'string' || id === '' || !Array.isArray(output)) return true;
    const kind = {
      at: 'here',
      provider: destination.provider.name,
      model: destination.model,
      response: { ...response, store: true },
      input,
      ...(isRaw ? { isRaw } : undefined),
      ...(previous === undefined ? undefined : { previous }),
    } as const;
    if ((await kept.keep(owner, id, kind, output)) === 'kept') return true;
    onUnkept?.();
    return isRaw;
  };
  return {
    event: async (event) => {
      const response = finalResponse(event);
      if (response === undefined || (await isKept(response))) return undefined;
      const body = parseJson(event.data);
      const said = body.ok && isJsonObject(body.value) ? body.value : {};
      return { ...event, data: JSON.stringify({ ...said, response: unkept(response) }) };
    },
    whole: async (body) =>
      isJsonObject(body) && !(await isKept(body)) ? { told: unkept(body) } : 'heard',
  };
}

const unkept = (response: JsonObject): JsonObject => ({ ...response, store: false });

/**
 * Notes whose a response is that its provider keeps: as soon as its id is told, since who loses the
 * connection may still ask for it. `isBackground`: it is made whether or not anybody listens.
 */
export function noteOwner(
  { kept, owner, destination }: Pick<Keeping, 'kept' | 'owner' | 'destination'>,
  goesOn: (response: JsonObject, booking: Booking) => Heard,
  { isBackground, callId }: { readonly isBackground: boolean; readonly callId: string },
): ReplyWatch {
  const { model, provider } = destination;
  const note = async ({ id, output }: JsonObject): Promise<void> => {
    if (typeof id !== 'string' || id === '') return;
    const items = Array.isArray(output) ? output : [];
    const record = { at: 'provider', provider: provider.name, model } as const;
    await kept.keep(owner, id, isBackground ? { ...record, callId } : record, items);
  };
  let begun: JsonObject | undefined;
  return {
    event: async (event) => {
      const response = begun === undefined ? firstResponse(event) : finalResponse(event);
      if (response !== undefined) {
        begun ??= response;
        await note(response);
      }
      return undefined;
    },
    whole: async (body, booking) => {
      if (!isJsonObject(body)) return 'heard';
      await note(body);
      return booking === undefined ? 'heard' : goesOn(body, booking);
    },
    cut: (booking) => (isBackground && begun !== undefined ? goesOn(begun, booking) : 'heard'),
  };
}

function firstResponse({ data }: SseEvent): JsonObject | undefined {
  const body = parseJson(data);
  if (!body.ok || !isJsonObject(body.value)) return undefined;
  const { response } = body.value;
  return isJsonObject(response) && typeof response['id'] === 'string' ? response : undefined;
}
