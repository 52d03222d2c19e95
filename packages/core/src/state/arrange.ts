import type { ContentPart, TextPart } from '../chat/content-part.ts';
import type { CarriedPart } from './carried-state.ts';

/** A part of a turn as its client gave it back; of a call that carried something, with what stood before it. */
export interface LaidOut {
  readonly part: ContentPart;
  readonly path: string;
  readonly before?: readonly CarriedPart[];
}

export interface Arranged {
  readonly content: readonly ContentPart[];
  /** Paths of calls whose companions found no place any more. */
  readonly lost: readonly string[];
}

/**
 * The turn in its provider's order. Clients give back its texts, joined or in pieces, and its calls;
 * thoughts that rode with a call go back in between. Where the texts aren't those that the model
 * wrote, its thoughts stand before them all, where every provider takes them.
 */
export function arrange(parts: readonly LaidOut[]): Arranged {
  const end = parts.findLastIndex(({ before }) => before !== undefined) + 1;
  if (end === 0) return { content: parts.map(({ part }) => part), lost: [] };
  const hasThoughts = parts.some(({ before }) => before?.some(({ type }) => type === 'reasoning'));
  const head = parts.slice(0, end);
  const tail = parts.slice(end).map(({ part }) => part);
  const otherwise = hasThoughts ? thoughtsFirst : signTexts;
  const { content, lost } = putTogether(head) ?? otherwise(head);
  return { content: [...content, ...tail], lost };
}

function putTogether(parts: readonly LaidOut[]): Arranged | undefined {
  const laidOut = parts.flatMap(({ before = [] }) => before);
  const lengths = laidOut.flatMap((one) => (one.type === 'text' ? [one.length] : []));
  const texts = parts.flatMap(({ part }) => (part.type === 'text' ? [part] : []));
  // Thoughts without state are shown by some clients, and stand first with them.
  const shown = parts.flatMap(({ part }) =>
    part.type === 'reasoning' && part.state === undefined ? [part] : [],
  );
  const calls = parts.filter(({ part }) => part.type === 'tool-call');
  const isAll = texts.length + shown.length + calls.length === parts.length;
  const pieces = isAll ? cut(texts, lengths) : undefined;
  if (pieces === undefined) return undefined;
  return { content: [...shown, ...woven(calls, pieces)], lost: [] };
}

/** Texts, thoughts and calls in the order in which the calls' tokens tell of them. */
function woven(parts: readonly LaidOut[], pieces: readonly TextPart[]): readonly ContentPart[] {
  const content: ContentPart[] = [];
  const plain: ContentPart[] = [];
  let next = 0;
  for (const { part, before } of parts) {
    if (before === undefined) plain.push(part);
    for (const one of before ?? []) {
      if (one.type === 'reasoning') content.push(one);
      else if (one.type === 'call') content.push(...plain.splice(0, 1));
      else {
        const piece = pieces[next];
        next += 1;
        if (piece !== undefined) content.push(signed(piece, one));
      }
    }
    // Calls that no token tells of follow the last that did.
    if (before !== undefined) content.push(...plain.splice(0), part);
  }
  return content;
}

/** The texts that the model wrote, of those that the client made of them; undefined where they differ. */
function cut(
  texts: readonly TextPart[],
  lengths: readonly number[],
): readonly TextPart[] | undefined {
  const isAsWritten = texts.length === lengths.length;
  if (isAsWritten && texts.every(({ text }, at) => text.length === lengths[at])) return texts;
  const joined = texts.map(({ text }) => text).join('');
  if (joined.length !== lengths.reduce((sum, length) => sum + length, 0)) return undefined;
  const cache = texts.at(-1)?.cache;
  let from = 0;
  return lengths.map((length, at): TextPart => {
    from += length;
    const isMarked = cache !== undefined && at === lengths.length - 1;
    return {
      type: 'text',
      text: joined.slice(from - length, from),
      ...(isMarked ? { cache } : {}),
    };
  });
}

function thoughtsFirst(parts: readonly LaidOut[]): Arranged {
  const first = parts.findIndex(({ before }) => before !== undefined);
  const lead = thoughtsBefore(parts[first]);
  const content = parts.flatMap((one, at) =>
    at === first ? [one.part] : [...thoughtsBefore(one), one.part],
  );
  const isUnsigned = ({ before = [] }: LaidOut): boolean =>
    before.some((one) => one.type === 'text' && one.state.length > 0);
  return {
    content: [...lead, ...content],
    lost: parts.filter(isUnsigned).map(({ path }) => path),
  };
}

const thoughtsBefore = (one: LaidOut | undefined): readonly ContentPart[] =>
  (one?.before ?? []).filter((part) => part.type === 'reasoning');

const signed = (
  text: TextPart,
  { state }: Extract<CarriedPart, { readonly type: 'text' }>,
): TextPart => (state.length === 0 ? text : { ...text, state });

/** Texts that stand where they stood, each with the state that rode with the call behind it. */
function signTexts(parts: readonly LaidOut[]): Arranged {
  const content = parts.map(({ part }) => part);
  const lost: string[] = [];
  for (const [at, { path, before = [] }] of parts.entries()) {
    let from = parts.findLastIndex(({ before: laid }, index) => index < at && laid !== undefined);
    for (const one of before) {
      if (one.type !== 'text' || one.state.length === 0) continue;
      from = content.findIndex(
        (part, index) =>
          index > from && index < at && part.type === 'text' && part.text.length === one.length,
      );
      const text = content[from];
      if (text?.type === 'text') content[from] = signed(text, one);
      else lost.push(path);
      if (from === -1) break;
    }
  }
  return { content, lost };
}
