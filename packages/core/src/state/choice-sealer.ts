import { type Loss, lost } from '../chat/loss.ts';
import type { ProviderState } from '../chat/provider-state.ts';
import type { PartDelta, StreamEvent } from '../chat/stream-event.ts';
import { type CarriedPart, type CarriedState, writeCarried } from './carried-state.ts';
import type { Sealer } from './sealer.ts';
import type { StatePlaces } from './state-places.ts';

/** The dialect of a face, as far as it carries state. */
export interface CarryingFace {
  readonly id: string;
  readonly statePlaces: StatePlaces;
}

export interface Sealing {
  /** Where the provider's dialect has state. */
  readonly made: StatePlaces;
  readonly face: CarryingFace;
  readonly sealer: Sealer;
}

type Of<T extends StreamEvent['type']> = Extract<StreamEvent, { readonly type: T }>;
export type ChoiceEvent = Of<'part-start'> | Of<'part-delta'> | Of<'part-end'>;

/** Clients keep ids in columns and logs; what is longer is kept on the server. */
const LONGEST_ID = 1_500;

interface OpenPart {
  readonly start: Of<'part-start'>['start'];
  readonly path: string;
  text: string | undefined;
  readonly state: ProviderState[];
}

/** What waits for the next call, and whether it is lost if none comes. */
interface Riding {
  readonly part: CarriedPart;
  readonly path: string;
  readonly isLostAlone: boolean;
}

/** A call whose own state comes after its arguments waits until it is over, and all else behind it. */
interface HeldCall {
  readonly start: Of<'part-start'>;
  readonly deltas: Of<'part-delta'>[];
  readonly state: ProviderState[];
  readonly behind: ChoiceEvent[];
}

/** Puts the state of one choice where its face's clients give it back. */
export interface ChoiceSealer {
  push(event: ChoiceEvent): readonly StreamEvent[];
  /** Lets go of what is held; the choice is over. */
  end(): readonly StreamEvent[];
}

export function createChoiceSealer(
  { made, face, sealer }: Sealing,
  lose: (loss: Loss) => void,
): ChoiceSealer {
  const { kinds, keepsThoughts } = face.statePlaces;
  const callsHaveState = made.kinds['tool-call'] !== undefined;
  const parts = new Map<number, OpenPart>();
  let riding: Riding[] = [];
  let hasCarried = false;
  let held: HeldCall | undefined;

  const dropped = (path: string, why: string): void =>
    lose(lost('providerState', `${path}.state`, why));

  const placed = (kind: ProviderState['kind'], data: string): PartDelta => ({
    type: 'state',
    state: { origin: { provider: face.id }, kind, data },
  });

  /** Once something was carried, texts between calls are told too: the turn is put together by them. */
  const mustCarry = (own: readonly ProviderState[]): boolean =>
    own.length > 0 ||
    riding.some(({ part }) => part.state.length > 0 || (hasCarried && part.type !== 'call'));

  /** The call with everything that it carries, and the states that go with its beginning. */
  const carrying = (
    event: Of<'part-start'>,
    own: readonly ProviderState[],
  ): readonly [Of<'part-start'>, readonly PartDelta[]] => {
    const { start } = event;
    if (start.type !== 'tool-call' || !mustCarry(own)) {
      // Thoughts that follow must find their way back behind it.
      if (!keepsThoughts) riding.push({ part: PLAIN_CALL, path: '', isLostAlone: false });
      return [event, []];
    }
    const before = riding;
    riding = [];
    const carried: CarriedState = {
      state: own,
      callId: start.id,
      before: before.map(({ part }) => part),
    };
    const kind = kinds['tool-call'];
    const place = kind === undefined ? { beside: '', longest: LONGEST_ID } : { beside: '' };
    const token = sealer.seal(writeCarried(carried), place);
    if (token === undefined) {
      for (const { path, part, isLostAlone } of before) {
        if (isLostAlone && part.state.length > 0) dropped(path, TOO_LARGE);
      }
      if (own.length > 0) dropped(pathOf(event), TOO_LARGE);
      return [event, []];
    }
    hasCarried = true;
    if (kind !== undefined) return [event, [placed(kind, token)]];
    return [{ ...event, start: { ...start, id: token } }, []];
  };

  const startPart = (event: Of<'part-start'>): readonly StreamEvent[] => {
    const { start, part, choice } = event;
    if (start.type === 'tool-call' && callsHaveState) {
      held = { start: event, deltas: [], state: [], behind: [] };
      return [];
    }
    parts.set(part, { start, path: pathOf(event), text: undefined, state: [] });
    if (start.type !== 'tool-call') return [event];
    const [begun, deltas] = carrying(event, []);
    return [
      begun,
      ...deltas.map((delta) => ({ type: 'part-delta', choice, part, delta }) as const),
    ];
  };

  const growPart = (event: Of<'part-delta'>): readonly StreamEvent[] => {
    const open = parts.get(event.part);
    if (open === undefined) return [event];
    if (event.delta.type === 'state') {
      open.state.push(event.delta.state);
      return [];
    }
    if (event.delta.type === 'text') open.text = (open.text ?? '') + event.delta.text;
    return [event];
  };

  const endPart = (event: Of<'part-end'>): readonly StreamEvent[] => {
    const open = parts.get(event.part);
    parts.delete(event.part);
    if (open === undefined) return [event];
    const { choice, part } = event;
    const delta = ownPlace(open);
    ride(open);
    return delta === undefined ? [event] : [{ type: 'part-delta', choice, part, delta }, event];
  };

  const ownPlace = ({ start, text, state, path }: OpenPart): PartDelta | undefined => {
    const kind = kinds[start.type];
    if (state.length === 0 || kind === undefined || start.type === 'tool-call') return undefined;
    const form = start.type === 'reasoning' ? start.form : undefined;
    const payload = writeCarried({ state, ...(form === undefined ? {} : { form }) });
    const beside = start.type === 'reasoning' ? (text ?? '') : '';
    const token = sealer.seal(payload, { beside });
    if (token !== undefined) return placed(kind, token);
    dropped(path, TOO_LARGE);
    return undefined;
  };

  const ride = ({ start, text, state, path }: OpenPart): void => {
    const isLostAlone = kinds[start.type] === undefined;
    if (start.type === 'text') {
      const length = text?.length ?? 0;
      const lost = isLostAlone ? state : [];
      // Where thoughts stay in their places, so do texts: nothing has to be put together again.
      if (length === 0 || (keepsThoughts && lost.length === 0)) return;
      riding.push({ part: { type: 'text', length, state: lost }, path, isLostAlone });
    } else if (start.type === 'reasoning') {
      if (state.length === 0 || (keepsThoughts && !isLostAlone)) return;
      const { form } = start;
      const part: CarriedPart = {
        type: 'reasoning',
        ...(text === undefined ? {} : { text }),
        ...(form === undefined ? {} : { form }),
        state,
      };
      riding.push({ part, path, isLostAlone });
    } else if (state.length > 0 && isLostAlone) dropped(path, NO_PLACE);
  };

  const release = (): readonly StreamEvent[] => {
    if (held === undefined) return [];
    const { start, deltas, state, behind } = held;
    held = undefined;
    const { choice, part } = start;
    const [begun, states] = carrying(start, state);
    return [
      begun,
      ...deltas,
      ...states.map((delta) => ({ type: 'part-delta', choice, part, delta }) as const),
      { type: 'part-end', choice, part },
      ...behind.flatMap(push),
    ];
  };

  const pushHeld = (call: HeldCall, event: ChoiceEvent): readonly StreamEvent[] => {
    if (event.part !== call.start.part) {
      call.behind.push(event);
      return [];
    }
    if (event.type === 'part-end') return release();
    if (event.type === 'part-delta') {
      if (event.delta.type === 'state') call.state.push(event.delta.state);
      else call.deltas.push(event);
    }
    return [];
  };

  function push(event: ChoiceEvent): readonly StreamEvent[] {
    if (held !== undefined) return pushHeld(held, event);
    switch (event.type) {
      case 'part-start':
        return startPart(event);
      case 'part-delta':
        return growPart(event);
      case 'part-end':
        return endPart(event);
    }
  }

  return {
    push,
    end: () => {
      const released = release();
      for (const { path, part, isLostAlone } of riding) {
        if (isLostAlone && part.state.length > 0) dropped(path, NO_PLACE);
      }
      riding = [];
      return released;
    },
  };
}

const PLAIN_CALL: CarriedPart = { type: 'call', state: [] };

const NO_PLACE = 'provider state has no place here, and no call follows that could carry it';
const TOO_LARGE = 'provider state that is too large to be kept';

const pathOf = ({ choice, part }: Of<'part-start'>): string =>
  `choices[${choice}].content[${part}]`;
