import type { Annotation } from '../../chat/content-part.ts';
import type { StateOrigin } from '../../chat/provider-state.ts';
import type { PartDelta, PartStart, StreamEvent } from '../../chat/stream-event.ts';
import { isJsonObject } from '../../json/json-value.ts';
import { replyCallId } from './call-ids.ts';
import { decodeFinish } from './finish-reason.ts';
import { decodeCitations, decodeGrounding } from './grounding.ts';
import { decodeLogprobs } from './logprobs.ts';
import { fileSource, mediaOf } from './media-kind.ts';
import { createPartialArguments, type PartialArguments } from './partial-arguments.ts';
import { type WireCandidate, type WireFunctionCall, WireReplyPart } from './reply-wire.ts';
import { asJson, asJsonObject, DIALECT, restOf } from './rest.ts';
import { isServerTool, serverToolOf } from './server-tool.ts';

interface OpenPart {
  readonly type: 'text' | 'reasoning' | 'tool-call';
  readonly part: number;
  /** Of a text: what sources point into. */
  text: string;
  readonly pieces?: PartialArguments;
  /** A signature ends its part: what follows is signed by itself, or not at all. */
  isSigned: boolean;
}

/** Reads one candidate over all pieces that tell of it. */
export interface CandidateReader {
  read(candidate: WireCandidate): readonly StreamEvent[];
  readonly hasFinished: () => boolean;
  /** Closes the last part, and tells why the candidate stopped. */
  end(): readonly StreamEvent[];
}

export interface CandidateFacts {
  readonly choice: number;
  readonly responseId: string;
  readonly origin: StateOrigin;
}

const KNOWN = ['index', 'content', 'finishReason', 'logprobsResult'];

export function createCandidateReader(facts: CandidateFacts): CandidateReader {
  const { choice, origin } = facts;
  let parts = 0;
  let calls = 0;
  let open: OpenPart | undefined;
  let finish: string | undefined;
  let closing: { readonly [field: string]: unknown } = {};

  const delta = (part: number, told: PartDelta): StreamEvent => ({
    type: 'part-delta',
    choice,
    part,
    delta: told,
  });
  const close = (): readonly StreamEvent[] => {
    if (open === undefined) return [];
    const { part, pieces } = open;
    open = undefined;
    return [
      ...(pieces === undefined ? [] : [delta(part, { type: 'arguments', json: pieces.json() })]),
      { type: 'part-end', choice, part },
    ];
  };
  const begin = (start: PartStart): { part: number; events: readonly StreamEvent[] } => {
    const events = close();
    const part = parts;
    parts += 1;
    return { part, events: [...events, { type: 'part-start', choice, part, start }] };
  };
  const sign = (part: number, signature: string | null | undefined): readonly StreamEvent[] => {
    if (signature == null || signature === '') return [];
    if (open !== undefined) open.isSigned = true;
    const state = { origin, kind: 'thought-signature', data: signature } as const;
    return [delta(part, { type: 'state', state })];
  };
  const whole = (start: PartStart, told: readonly PartDelta[]): readonly StreamEvent[] => {
    const begun = begin(start);
    return [
      ...begun.events,
      ...told.map((one) => delta(begun.part, one)),
      { type: 'part-end', choice, part: begun.part },
    ];
  };

  const readText = (text: string, wire: WireReplyPart): readonly StreamEvent[] => {
    const signature = wire.thoughtSignature ?? '';
    const type = wire.thought === true ? 'reasoning' : 'text';
    if (text === '' && signature === '') return [];
    if (text === '' && (open === undefined || open.type !== type || open.isSigned)) {
      // A signature that belongs to no words: of thoughts that aren't shown.
      const begun = begin({ type: 'reasoning', form: 'summary' });
      open = { type: 'reasoning', part: begun.part, text: '', isSigned: false };
      return [...begun.events, ...sign(begun.part, signature)];
    }
    const events: StreamEvent[] = [];
    if (open === undefined || open.type !== type || open.isSigned) {
      const begun = begin(type === 'text' ? { type } : { type, form: 'summary' });
      open = { type, part: begun.part, text: '', isSigned: false };
      events.push(...begun.events);
    }
    const { part } = open;
    open.text += text;
    if (text !== '') events.push(delta(part, { type: 'text', text }));
    return [...events, ...sign(part, signature)];
  };

  const beginCall = (wire: WireFunctionCall): { part: number; events: readonly StreamEvent[] } => {
    const own = wire.id ?? '';
    const id = own === '' ? replyCallId(`${facts.responseId}${choice || ''}`, calls) : own;
    calls += 1;
    return begin({ type: 'tool-call', id, name: wire.name ?? '' });
  };

  const readCall = (wire: WireFunctionCall, signature: WireReplyPart['thoughtSignature']) => {
    if (wire.name == null || wire.name === '') return readMoreOfCall(wire);
    const begun = beginCall(wire);
    if (wire.willContinue !== true && wire.partialArgs == null) {
      const json = typeof wire.args === 'string' ? wire.args : JSON.stringify(wire.args ?? {});
      return [
        ...begun.events,
        delta(begun.part, { type: 'arguments', json }),
        ...sign(begun.part, signature),
        { type: 'part-end', choice, part: begun.part } as const,
      ];
    }
    const pieces = createPartialArguments();
    open = { type: 'tool-call', part: begun.part, text: '', pieces, isSigned: false };
    const events = [...begun.events, ...sign(begun.part, signature)];
    return [...events, ...readMoreOfCall(wire)];
  };

  /** A piece without a name goes on with the call; one that says nothing more ends it. */
  const readMoreOfCall = (wire: WireFunctionCall): readonly StreamEvent[] => {
    if (open?.pieces === undefined) return [];
    for (const piece of wire.partialArgs ?? []) open.pieces.add(piece);
    return wire.willContinue === true ? [] : close();
  };

  const readPart = (value: unknown): readonly StreamEvent[] => {
    const parsed = WireReplyPart.safeParse(value);
    if (!parsed.success || !isJsonObject(value)) {
      return whole({ type: 'opaque', dialect: DIALECT, raw: asJson(value ?? null) }, []);
    }
    const wire = parsed.data;
    if (wire.functionCall != null) return readCall(wire.functionCall, wire.thoughtSignature);
    if (wire.text != null) return readText(wire.text, wire);
    const media = wire.inlineData ?? wire.fileData;
    if (media != null) return readMedia(media, wire);
    if (isServerTool(value)) return whole(serverToolOf(value), []);
    if (wire.thoughtSignature != null && Object.keys(value).length === 1) return readText('', wire);
    return whole({ type: 'opaque', dialect: DIALECT, raw: asJsonObject(value) }, []);
  };

  const readMedia = (
    { mimeType, data, fileUri }: Exclude<WireReplyPart['inlineData'], null | undefined>,
    wire: WireReplyPart,
  ): readonly StreamEvent[] => {
    const source = fileUri == null ? undefined : fileSource(fileUri);
    const { kind } = mediaOf({ mimeType, source: { type: 'url', url: '' } });
    const start: PartStart = {
      type: 'media',
      kind,
      ...(mimeType == null ? {} : { mediaType: mimeType }),
      ...(source?.type === 'url' ? { url: source.url } : {}),
      ...(source?.type === 'provider-file' ? { fileId: source.id } : {}),
    };
    const signature = wire.thoughtSignature ?? '';
    const state = { origin, kind: 'thought-signature', data: signature } as const;
    return whole(start, [
      ...(data == null ? [] : [{ type: 'data' as const, base64: data }]),
      ...(signature === '' ? [] : [{ type: 'state' as const, state }]),
    ]);
  };

  /** What is said about the text that is being written; without one it stays in `rest` only. */
  const annotate = (told: readonly Annotation[]): readonly StreamEvent[] => {
    if (open?.type !== 'text') return [];
    const { part } = open;
    return told.map((annotation) => delta(part, { type: 'annotation', annotation }));
  };

  return {
    read(candidate) {
      const events = (candidate.content?.parts ?? []).flatMap(readPart);
      const text = open?.type === 'text' ? open.text : '';
      const { groundingMetadata, citationMetadata, logprobsResult } = candidate;
      // Most pieces have none of them, and a schema's refusal costs more than the rest of a piece.
      if (groundingMetadata != null) {
        events.push(...annotate(decodeGrounding(groundingMetadata, text)));
      }
      if (citationMetadata != null) {
        events.push(...annotate(decodeCitations(citationMetadata, text)));
      }
      const logprobs = logprobsResult == null ? [] : decodeLogprobs(logprobsResult);
      if (logprobs.length > 0 && open?.type === 'text') {
        events.push(delta(open.part, { type: 'logprobs', logprobs }));
      }
      closing = { ...closing, ...restOf(candidate, KNOWN).rest?.fields };
      const reason = candidate.finishReason ?? '';
      if (reason !== '' && reason !== 'FINISH_REASON_UNSPECIFIED') finish = reason;
      return events;
    },
    hasFinished: () => finish !== undefined,
    end: () => [
      ...close(),
      {
        type: 'choice-end',
        choice,
        ...(finish === undefined
          ? { stopReason: calls > 0 ? 'tool-calls' : 'other' }
          : decodeFinish(finish, calls > 0)),
        ...restOf(closing, []),
      },
    ],
  };
}
