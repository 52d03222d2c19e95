import type { ContentPart } from '../../chat/content-part.ts';
import type { PartDelta, PartStart, StreamEvent } from '../../chat/stream-event.ts';
import { decodeArguments } from './decode-block.ts';

interface OpenPart {
  readonly part: number;
  readonly type: ContentPart['type'];
  /** What a text says so far, for the citations that follow it. */
  text: string;
  /** Arguments that may yet turn out to be none at all. */
  held: string;
  isHeld: boolean;
  /** True once the provider ended it: citations may still come. */
  isOver: boolean;
}

/** The parts of a stream that have begun, by the provider's names for them. */
export interface OpenParts {
  begin(key: string, start: PartStart): readonly StreamEvent[];
  typeOf(key: string): ContentPart['type'] | undefined;
  /** What a text part says so far. */
  textOf(key: string): string;
  grow(key: string, delta: PartDelta): readonly StreamEvent[];
  /** Ended by the provider; the part's end is told when another begins, or all is over. */
  finish(key: string): void;
  endAll(): readonly StreamEvent[];
}

const NONE = ['', 'null'];

export function createOpenParts(): OpenParts {
  const open = new Map<string, OpenPart>();
  let next = 0;

  const told = (part: number, delta: PartDelta): StreamEvent => ({
    type: 'part-delta',
    choice: 0,
    part,
    delta,
  });

  const end = (key: string, one: OpenPart): readonly StreamEvent[] => {
    open.delete(key);
    const json = one.type === 'tool-call' && one.isHeld ? decodeArguments(one.held) : '';
    return [
      ...(json === '' ? [] : [told(one.part, { type: 'arguments', json })]),
      { type: 'part-end', choice: 0, part: one.part },
    ];
  };

  const endWhere = (isDone: (key: string, one: OpenPart) => boolean): readonly StreamEvent[] =>
    [...open].flatMap(([key, one]) => (isDone(key, one) ? end(key, one) : []));

  return {
    begin(key, start) {
      const ended = endWhere(
        (known, { isOver, type }) => known === key || isOver || type !== 'tool-call',
      );
      const part = next;
      next += 1;
      const { type } = start;
      open.set(key, { part, type, text: '', held: '', isHeld: true, isOver: false });
      return [...ended, { type: 'part-start', choice: 0, part, start }];
    },
    typeOf: (key) => open.get(key)?.type,
    textOf: (key) => open.get(key)?.text ?? '',
    grow(key, delta) {
      const one = open.get(key);
      if (one === undefined) return [];
      if (delta.type === 'text') one.text += delta.text;
      if (delta.type !== 'arguments' || !one.isHeld) return [told(one.part, delta)];
      one.held += delta.json;
      const beginning = one.held.trim();
      if (NONE.some((none) => none.startsWith(beginning))) return [];
      one.isHeld = false;
      return [told(one.part, { type: 'arguments', json: one.held })];
    },
    finish(key) {
      const one = open.get(key);
      if (one !== undefined) one.isOver = true;
    },
    endAll: () => endWhere(() => true),
  };
}
