import type { Loss } from '../../chat/loss.ts';
import type { PartDelta, PartStart, StreamEvent } from '../../chat/stream-event.ts';
import type { Usage } from '../../chat/usage.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Answering } from '../dialect.ts';
import { encodeFinish } from './finish-reason.ts';
import { type CitedText, encodeGrounding } from './grounding.ts';
import { encodeLogprobs } from './logprobs.ts';
import { createPartWriter, type PartWriter } from './part-writer.ts';
import { fieldsOf } from './rest.ts';
import { encodeUsage } from './usage.ts';

type Of<T extends StreamEvent['type']> = Extract<StreamEvent, { readonly type: T }>;

/** Writes a reply's pieces as they come; the last carries the reasons to stop and the usage. */
export interface ReplyWriter {
  push(event: StreamEvent): readonly JsonObject[];
  losses(): readonly Loss[];
}

interface ChoiceDraft {
  readonly writers: Map<number, PartWriter>;
  /** Parts wait for those before them to end: what is cited and signed goes by their order. */
  readonly order: number[];
  readonly waiting: Map<number, (PartDelta | 'end')[]>;
  readonly cited: CitedText[];
  refused?: boolean;
  end?: Of<'choice-end'>;
}

export function createReplyWriter(answering: Answering): ReplyWriter {
  const losses: Loss[] = [];
  const choices = new Map<number, ChoiceDraft>();
  let start: Of<'start'> = { type: 'start', id: '', model: '' };
  let usage: Usage | undefined;
  let isFirst = true;

  const choiceAt = (index: number): ChoiceDraft => {
    const known = choices.get(index);
    if (known !== undefined) return known;
    const fresh = { writers: new Map(), order: [], waiting: new Map(), cited: [] };
    choices.set(index, fresh);
    return fresh;
  };

  const piece = (candidates: readonly JsonObject[], last: JsonObject = {}): JsonObject => {
    const { created } = start;
    const rest = isFirst ? fieldsOf(start.rest) : {};
    isFirst = false;
    return {
      ...rest,
      candidates,
      ...last,
      modelVersion: start.model === '' ? answering.model : start.model,
      ...(created === undefined
        ? {}
        : { createTime: new Date(Math.min(created, MAX_SECONDS) * 1000).toISOString() }),
      responseId: start.id === '' ? answering.replyId : start.id,
    };
  };

  const written = (choice: number, parts: readonly JsonObject[]): readonly JsonObject[] =>
    parts.length === 0 ? [] : [piece([{ content: { parts, role: 'model' }, index: choice }])];

  const beginPart = (choice: number, part: number, begun: PartStart): void => {
    const draft = choiceAt(choice);
    if (begun.type === 'refusal') draft.refused = true;
    draft.writers.set(part, createPartWriter(begun, `choices[${choice}].content[${part}]`, losses));
    draft.order.push(part);
    draft.waiting.set(part, []);
  };

  const told = (choice: number, part: number, what: PartDelta | 'end'): readonly JsonObject[] => {
    const draft = choiceAt(choice);
    draft.waiting.get(part)?.push(what);
    return drain(choice, draft);
  };

  const drain = (choice: number, draft: ChoiceDraft): readonly JsonObject[] => {
    const pieces: JsonObject[] = [];
    for (let head = draft.order[0]; head !== undefined; head = draft.order[0]) {
      const writer = draft.writers.get(head);
      const queue = draft.waiting.get(head)?.splice(0) ?? [];
      for (const what of queue) {
        if (what === 'end') pieces.push(...written(choice, writer?.close() ?? []));
        else if (what.type === 'logprobs') {
          pieces.push(piece([{ logprobsResult: encodeLogprobs(what.logprobs), index: choice }]));
        } else pieces.push(...written(choice, writer?.write(what) ?? []));
      }
      if (queue.at(-1) !== 'end') break;
      const part = head;
      draft.cited.push(...(writer?.cited() ?? []).map((one) => ({ ...one, part })));
      draft.order.shift();
    }
    return pieces;
  };

  const closing = (index: number, { end, cited, refused = false }: ChoiceDraft): JsonObject => {
    const fields = fieldsOf(end?.rest);
    const isGrounded =
      fields['groundingMetadata'] !== undefined || fields['citationMetadata'] !== undefined;
    return {
      ...fields,
      ...(isGrounded || cited.length === 0 ? {} : { groundingMetadata: encodeGrounding(cited) }),
      content: { parts: [], role: 'model' },
      finishReason: encodeFinish(end ?? { stopReason: 'other' }, refused),
      index,
    };
  };

  const finish = (): readonly JsonObject[] => {
    const pieces: JsonObject[] = [];
    for (const [index, draft] of choices) {
      // A part that nobody ended ends with its reply.
      for (const part of [...draft.order]) {
        draft.waiting.get(part)?.push('end');
        pieces.push(...drain(index, draft));
      }
    }
    const last = usage === undefined ? {} : { usageMetadata: encodeUsage(usage) };
    const candidates = [...choices].sort(([left], [right]) => left - right);
    return [
      ...pieces,
      piece(
        candidates.map(([index, draft]) => closing(index, draft)),
        last,
      ),
    ];
  };

  return {
    push(event) {
      switch (event.type) {
        case 'start':
          start = event;
          return [];
        case 'part-start':
          beginPart(event.choice, event.part, event.start);
          return [];
        case 'part-delta':
          return told(event.choice, event.part, event.delta);
        case 'part-end':
          return told(event.choice, event.part, 'end');
        case 'usage':
          usage = event.usage;
          return [];
        case 'choice-end':
          choiceAt(event.choice).end = event;
          return [];
        case 'end':
          return finish();
        case 'error':
          return [];
      }
    },
    losses: () => losses,
  };
}

/** The last second that a time can be written of. */
const MAX_SECONDS = 8_640_000_000_000;
