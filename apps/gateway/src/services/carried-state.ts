import type { ChatRequest, Loss } from '@tollgate/core/chat';
import type { FaceCodec } from '@tollgate/core/dialects';
import type { JsonObject, JsonValue } from '@tollgate/core/json';
import {
  carrying,
  createStateSpotter,
  openRequest,
  rawStates,
  SEAL_MARK,
  type StateMaker,
  type StatePlaces,
  withMakers,
} from '@tollgate/core/state';
import type { SealerFor } from '../ports/sealer-for.ts';
import type { StateMakers } from '../ports/state-makers.ts';
import type { Call } from './call.ts';
import type { Destination } from './destination.ts';
import type { WireProtocol } from './wire-protocol.ts';

/** What providers want back on the next turn: sealed where it is foreign, known where it passes. */
export interface CarriedState {
  /** A request with what its tokens stand for, and what of that was lost. */
  opened<T extends HeldRequest>(call: Call, asked: T): Promise<T>;
  /** The dialect of a face, its replies carrying what a provider of these places made. */
  face(call: Call, codec: FaceCodec, made: StatePlaces): CarryingFace;
  /** True of a body that holds what its provider can't read: it does not pass as it is. */
  isForeign(call: Call, received: ReceivedBody): boolean;
  /** Hears a reply that passes: a payload of its stream, or the whole. */
  hearing(destination: Destination, protocol: Pick<WireProtocol, 'dialect'>): Hearing;
}

export interface CarryingFace extends Pick<FaceCodec, 'encodeReply' | 'createStreamEncoder'> {
  /** To be waited for before what was encoded goes out: it may name what is being written. */
  kept(): Promise<void>;
}

interface HeldRequest {
  readonly request: ChatRequest;
  readonly losses: readonly Loss[];
}

export interface ReceivedBody {
  /** How such a body is read; absent: it can only pass. */
  readonly dialect: Pick<FaceCodec, 'decodeRequest' | 'statePlaces'> | undefined;
  readonly destination: Destination;
  readonly text: string;
  readonly body: JsonObject;
}

export interface Hearing {
  payload(json: string): void;
  whole(json: JsonValue): void;
}

export interface CarriedStateDeps {
  readonly sealerFor: SealerFor;
  readonly makers: StateMakers;
}

export function createCarriedState({ sealerFor, makers }: CarriedStateDeps): CarriedState {
  const sealerOf = (call: Call) => sealerFor(call.identity.subject);

  /** Tokens are of turns that another provider answered; text that merely holds the mark is none. */
  const hasSealed = (call: Call, { dialect, text, body }: ReceivedBody): boolean => {
    if (!text.includes(SEAL_MARK)) return false;
    const decoded = dialect?.decodeRequest(body);
    return decoded?.ok === true && openRequest(decoded.value.request, sealerOf(call)).hadSealed;
  };

  const hasAnothers = ({ dialect, destination, text, body }: ReceivedBody): boolean => {
    const places = dialect?.statePlaces;
    if (places?.fields.some((field) => text.includes(`"${field}"`)) !== true) return false;
    const own = makerOf(destination);
    return rawStates(body, places).some((state) => {
      const maker = makers.makerOf(state);
      return maker !== undefined && !isSame(maker, own);
    });
  };

  return {
    opened: async (call, asked) => {
      const sealer = sealerOf(call);
      const told = openRequest(asked.request, sealer);
      const { request, losses } = (await sealer.recall())
        ? openRequest(asked.request, sealer)
        : told;
      return {
        ...asked,
        request: withMakers(request, makers.makerOf),
        losses: [...asked.losses, ...losses],
      };
    },
    face: (call, codec, made) => {
      const sealer = sealerOf(call);
      return { ...carrying(codec, made, sealer), kept: sealer.kept };
    },
    isForeign: (call, received) => hasSealed(call, received) || hasAnothers(received),
    hearing: (destination, { dialect }) => {
      if (dialect === undefined) return DEAF;
      const { statePlaces } = dialect;
      const maker = makerOf(destination);
      const spot = createStateSpotter(statePlaces);
      const remember = (states: readonly string[]): void => {
        for (const state of states) makers.remember(state, maker);
      };
      return {
        payload: (json) => remember(spot(json)),
        whole: (json) => remember(rawStates(json, statePlaces)),
      };
    },
  };
}

const DEAF: Hearing = { payload: () => undefined, whole: () => undefined };

const makerOf = ({ provider: { name, account } }: Destination): StateMaker => ({
  provider: name,
  ...(account === undefined ? undefined : { account }),
});

const isSame = (left: StateMaker, right: StateMaker): boolean =>
  left.provider === right.provider && left.account === right.account;
