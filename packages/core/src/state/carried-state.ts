import * as z from 'zod';
import type { ProviderState, StateOrigin } from '../chat/provider-state.ts';
import { parseJson } from '../json/parse-json.ts';

/**
 * A part that stood before a call: thoughts whole, of a text only how long it was, of a call that
 * carries nothing only that it was there.
 */
export type CarriedPart =
  | { readonly type: 'call'; readonly state: readonly [] }
  | {
      readonly type: 'reasoning';
      readonly text?: string;
      readonly form?: 'full' | 'summary';
      readonly state: readonly ProviderState[];
    }
  | {
      readonly type: 'text';
      /** UTF-16 units. */
      readonly length: number;
      readonly state: readonly ProviderState[];
    };

/** What one token holds. */
export interface CarriedState {
  /** Of the part that the token stands on. */
  readonly state: readonly ProviderState[];
  /** Of thoughts, whose text stands beside the token. */
  readonly form?: 'full' | 'summary';
  /** A call's own id, in the provider's words. */
  readonly callId?: string;
  /** What stood between the call and the last that carried something, in its order. */
  readonly before?: readonly CarriedPart[];
}

const Form = z.enum(['full', 'summary']);
const States = z.array(
  z.tuple([z.enum(['signature', 'encrypted', 'thought-signature', 'item-id']), z.string()]),
);
const Length = z.int().nonnegative();

/** Short names: a token is read and carried with every turn. All states of a reply have one origin. */
const Payload = z.strictObject({
  o: z.tuple([z.string(), z.string().nullable(), z.string().nullable()]).exactOptional(),
  s: States.exactOptional(),
  f: Form.exactOptional(),
  i: z.string().exactOptional(),
  b: z
    .array(
      z.union([
        z.null(),
        Length,
        z.strictObject({ n: Length, s: States }),
        z.strictObject({ t: z.string().exactOptional(), f: Form.exactOptional(), s: States }),
      ]),
    )
    .exactOptional(),
});

type WireStates = z.infer<typeof States>;

const statesOf = (state: readonly ProviderState[]): WireStates =>
  state.map(({ kind, data }) => [kind, data]);

export function writeCarried({ state, form, callId, before = [] }: CarriedState): string {
  const origin = [...state, ...before.flatMap((part) => part.state)][0]?.origin;
  const payload: z.infer<typeof Payload> = {
    ...(origin === undefined
      ? {}
      : { o: [origin.provider, origin.account ?? null, origin.model ?? null] }),
    ...(state.length === 0 ? {} : { s: statesOf(state) }),
    ...(form === undefined ? {} : { f: form }),
    ...(callId === undefined ? {} : { i: callId }),
    ...(before.length === 0 ? {} : { b: before.map(writePart) }),
  };
  return JSON.stringify(payload);
}

function writePart(part: CarriedPart): NonNullable<z.infer<typeof Payload>['b']>[number] {
  if (part.type === 'call') return null;
  if (part.type === 'text') {
    return part.state.length === 0 ? part.length : { n: part.length, s: statesOf(part.state) };
  }
  return {
    ...(part.text === undefined ? {} : { t: part.text }),
    ...(part.form === undefined ? {} : { f: part.form }),
    s: statesOf(part.state),
  };
}

/** Undefined for what we didn't write: a payload is authentic by its seal, not by this. */
export function readCarried(text: string): CarriedState | undefined {
  const json = parseJson(text);
  const parsed = Payload.safeParse(json.ok ? json.value : undefined);
  if (!parsed.success) return undefined;
  const { o, s = [], f, i, b } = parsed.data;
  const [provider = '', account, model] = o ?? [];
  const origin: StateOrigin = {
    provider,
    ...(account == null ? {} : { account }),
    ...(model == null ? {} : { model }),
  };
  const read = (states: WireStates): readonly ProviderState[] =>
    states.map(([kind, data]) => ({ origin, kind, data }));
  return {
    state: read(s),
    ...(f === undefined ? {} : { form: f }),
    ...(i === undefined ? {} : { callId: i }),
    ...(b === undefined ? {} : { before: b.map((part) => readPart(part, read)) }),
  };
}

function readPart(
  part: NonNullable<z.infer<typeof Payload>['b']>[number],
  read: (states: WireStates) => readonly ProviderState[],
): CarriedPart {
  if (part === null) return { type: 'call', state: [] };
  if (typeof part === 'number') return { type: 'text', length: part, state: [] };
  if ('n' in part) return { type: 'text', length: part.n, state: read(part.s) };
  return {
    type: 'reasoning',
    ...(part.t === undefined ? {} : { text: part.t }),
    ...(part.f === undefined ? {} : { form: part.f }),
    state: read(part.s),
  };
}
