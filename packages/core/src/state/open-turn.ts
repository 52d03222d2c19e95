import type { ContentPart, ReasoningPart, ToolCallPart } from '../chat/content-part.ts';
import type { ProviderState } from '../chat/provider-state.ts';
import { arrange, type LaidOut } from './arrange.ts';
import type { CallNames } from './call-names.ts';
import type { CarriedPart, CarriedState } from './carried-state.ts';
import { isSealed } from './sealer.ts';

export interface OpenContext {
  readonly open: (token: string, beside: string) => CarriedState | undefined;
  readonly names: CallNames;
  /** Tells that the state at this path could not be given back. */
  readonly lose: (path: string) => void;
}

export interface Placed {
  readonly part: ContentPart;
  readonly path: string;
}

const tokenOf = (part: ContentPart): string | undefined =>
  part.state?.find(({ data }) => isSealed(data))?.data;

export const hasSealed = (part: ContentPart): boolean =>
  tokenOf(part) !== undefined ||
  (part.type === 'tool-call' && isSealed(part.id)) ||
  (part.type === 'tool-result' && isSealed(part.callId));

/** The parts of one turn of a model as its provider wrote them. */
export function openTurn(placed: readonly Placed[], context: OpenContext): readonly ContentPart[] {
  const calls = placed.map(({ part, path }) =>
    part.type === 'tool-call' ? openCall(part, path, context) : undefined,
  );
  const thoughtful = calls.findLastIndex((call) => call?.before?.some(isThought) === true);
  const laidOut: LaidOut[] = [];
  for (const [at, { part, path }] of placed.entries()) {
    const call = calls[at];
    if (call !== undefined) laidOut.push(call);
    else if (part.type !== 'reasoning') laidOut.push(openOther(part, path, context));
    else if (at > thoughtful || isForeign(part)) openThought(part, path, { laidOut, context });
    // Else the client shows, less whole, what rode with the call.
  }
  const arranged = arrange(laidOut);
  for (const path of arranged.lost) context.lose(path);
  return arranged.content;
}

const isThought = ({ type }: CarriedPart): boolean => type === 'reasoning';

/** With state that was never sealed: of a turn that passed, and no copy of what rode. */
const isForeign = (part: ReasoningPart): boolean =>
  part.state !== undefined && tokenOf(part) === undefined;

function openCall(part: ToolCallPart, path: string, context: OpenContext): LaidOut {
  const { open, names, lose } = context;
  const token = isSealed(part.id) ? part.id : tokenOf(part);
  if (token === undefined) {
    names.keep(part.id);
    return { part, path };
  }
  const carried = open(token, '');
  if (carried === undefined) lose(path);
  // A token of another place opens too, and tells of no call.
  const own = isSealed(part.id) ? undefined : part.id;
  const id = carried?.callId ?? own ?? names.replace(part.id);
  names.give(part.id, id);
  const opened = withState({ ...part, id }, [...unsealed(part), ...(carried?.state ?? [])]);
  return { part: opened, path, ...(carried === undefined ? {} : { before: carried.before ?? [] }) };
}

/**
 * Thoughts open with the text that they were sealed beside. Of a stream some clients keep each piece
 * as a part of its own, and the token stands on the last: then it is the text of them all.
 */
function openThought(
  part: ReasoningPart,
  path: string,
  { laidOut, context }: { readonly laidOut: LaidOut[]; readonly context: OpenContext },
): void {
  const token = tokenOf(part);
  if (token === undefined) {
    laidOut.push({ part, path });
    return;
  }
  const own = context.open(token, part.text ?? '');
  const pieces = own === undefined ? trailingPieces(laidOut) : [];
  const text = [...pieces, part].map((piece) => piece.text ?? '').join('');
  const carried = own ?? (pieces.length === 0 ? undefined : context.open(token, text));
  if (carried === undefined) {
    context.lose(path);
    // An item's id that we made up for a client means nothing to a provider.
    const { state: _state, ...plain } = part;
    laidOut.push({ part: plain, path });
    return;
  }
  laidOut.splice(laidOut.length - pieces.length, pieces.length);
  const { form: _form, ...first } = pieces[0] ?? part;
  const opened: ReasoningPart = {
    ...first,
    ...(text === '' ? {} : { text }),
    ...(carried.form === undefined ? {} : { form: carried.form }),
  };
  laidOut.push({ part: withState(opened, carried.state), path });
}

/** The thoughts right before, back to the last that have state of their own. */
function trailingPieces(laidOut: readonly LaidOut[]): readonly ReasoningPart[] {
  const pieces: ReasoningPart[] = [];
  for (let at = laidOut.length - 1; at >= 0; at -= 1) {
    const part = laidOut[at]?.part;
    if (part?.type !== 'reasoning' || part.state !== undefined) break;
    pieces.unshift(part);
  }
  return pieces;
}

/** A result under the id that its call has now; a call that carries nothing keeps its own. */
export function withOwnId(part: ContentPart, { names, open }: OpenContext): ContentPart {
  if (part.type === 'tool-call') names.keep(part.id);
  if (part.type !== 'tool-result') return part;
  const known = names.find(part.callId);
  if (known !== undefined) return { ...part, callId: known };
  if (!isSealed(part.callId)) return part;
  return { ...part, callId: open(part.callId, '')?.callId ?? names.replace(part.callId) };
}

function openOther(told: ContentPart, path: string, context: OpenContext): LaidOut {
  const { open, lose } = context;
  const part = withOwnId(told, context);
  const token = tokenOf(part);
  if (token === undefined) return { part, path };
  const carried = open(token, '');
  if (carried === undefined) lose(path);
  return { part: withState(part, [...unsealed(part), ...(carried?.state ?? [])]), path };
}

const unsealed = ({ state = [] }: ContentPart): readonly ProviderState[] =>
  state.filter(({ data }) => !isSealed(data));

function withState(part: ContentPart, state: readonly ProviderState[]): ContentPart {
  const { state: _state, ...plain } = part;
  return state.length === 0 ? plain : { ...plain, state };
}
