import type { GatewayError } from '../../chat/error.ts';
import type { StreamEvent } from '../../chat/stream-event.ts';
import type { Stepper } from '../../fold.ts';
import { isJsonObject, type JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Target } from '../dialect.ts';
import { type CandidateReader, createCandidateReader } from './candidate-reader.ts';
import { decodeErrorBody, isErrorBody } from './errors.ts';
import { WireReply, type WireUsage } from './reply-wire.ts';
import { restOf } from './rest.ts';
import { servedTier } from './served-tier.ts';
import { decodeUsage } from './usage.ts';

/** Reads pieces of one reply, or a whole reply as its only piece. */
export interface ReplyReader {
  read(body: JsonValue): readonly StreamEvent[];
  /** A whole reply can't have been cut: there, no candidate owes a reason. */
  end(isWholeReply?: boolean): readonly StreamEvent[];
}

const KNOWN = ['candidates', 'usageMetadata', 'modelVersion', 'responseId', 'createTime'];

/**
 * A reply has no end mark of its own: it is whole when the connection ends and each of its
 * candidates has said why it stopped. Until then its usage may still come.
 */
export function createReplyReader(target: Target): ReplyReader {
  const { provider, origin } = target;
  const candidates = new Map<number, CandidateReader>();
  let isStarted = false;
  let isOver = false;
  let responseId = '';
  let blocked: string | undefined;
  let usage: WireUsage | undefined;

  const fail = (error: GatewayError): readonly StreamEvent[] => {
    if (isOver) return [];
    isOver = true;
    return [{ type: 'error', error }];
  };

  const start = (wire: WireReply): readonly StreamEvent[] => {
    if (isStarted) return [];
    isStarted = true;
    responseId = wire.responseId ?? '';
    const created = Math.floor(Date.parse(wire.createTime ?? '') / 1000);
    const usageHere = wire.usageMetadata == null ? undefined : decodeUsage(wire.usageMetadata);
    const tier = servedTier(wire.usageMetadata);
    return [
      {
        type: 'start',
        id: responseId,
        model:
          wire.modelVersion == null || wire.modelVersion === '' ? target.model : wire.modelVersion,
        ...(Number.isNaN(created) ? {} : { created }),
        // What most replies are goes without saying, as it does where they are encoded.
        ...(tier === undefined || tier === 'standard' ? {} : { serviceTier: tier }),
        ...restOf(withoutNulls(wire), KNOWN),
      },
      // What was read is true from the start; what was written grows.
      ...(usageHere === undefined
        ? []
        : [{ type: 'usage' as const, usage: { ...usageHere, output: {} } }]),
    ];
  };

  const readerAt = (choice: number): CandidateReader => {
    const known = candidates.get(choice);
    if (known !== undefined) return known;
    const fresh = createCandidateReader({ choice, responseId, origin });
    candidates.set(choice, fresh);
    return fresh;
  };

  return {
    read(body) {
      if (isOver) return [];
      if (isErrorBody(body)) return fail(decodeErrorBody(body, provider));
      const parsed = WireReply.safeParse(body);
      if (!parsed.success || !isReply(parsed.data)) {
        return fail({
          kind: 'provider_invalid_reply',
          provider,
          detail: 'a piece of its reply is no piece of a generated reply.',
        });
      }
      const wire = parsed.data;
      const events = [...start(wire)];
      for (const [position, candidate] of (wire.candidates ?? []).entries()) {
        const index = candidate.index ?? position;
        if (index < MAX_CANDIDATES) events.push(...readerAt(index).read(candidate));
      }
      blocked = wire.promptFeedback?.blockReason ?? blocked;
      if (wire.usageMetadata != null) usage = { ...usage, ...withoutNulls(wire.usageMetadata) };
      return events;
    },
    end(isWholeReply = false) {
      if (isOver) return [];
      const readers = [...candidates].sort(([left], [right]) => left - right);
      const isBlocked = blocked !== undefined && readers.length === 0;
      const haveFinished = isWholeReply || readers.every(([, reader]) => reader.hasFinished());
      const isWhole = readers.length > 0 && haveFinished;
      if (!isStarted || (!isWhole && !isBlocked)) {
        return fail({ kind: 'provider_truncated', provider });
      }
      isOver = true;
      const counted = usage === undefined ? undefined : decodeUsage(usage);
      return [
        ...readers.flatMap(([, reader]) => reader.end()),
        ...(isBlocked ? [blockedChoice(blocked ?? '')] : []),
        ...(counted === undefined ? [] : [{ type: 'usage' as const, usage: counted }]),
        { type: 'end' },
      ];
    },
  };
}

/** As many as can be asked for, and more; a number beyond is no index. */
const MAX_CANDIDATES = 64;

/** The prompt itself was refused: there is an answer, and nothing in it. */
const blockedChoice = (reason: string): StreamEvent => ({
  type: 'choice-end',
  choice: 0,
  stopReason: 'content-filter',
  rawReason: reason,
});

const isReply = (wire: WireReply): boolean =>
  wire.candidates != null ||
  wire.promptFeedback != null ||
  wire.usageMetadata != null ||
  wire.responseId != null;

const withoutNulls = (wire: { readonly [field: string]: unknown }): { [field: string]: unknown } =>
  Object.fromEntries(Object.entries(wire).filter(([, value]) => value != null));

/** Decodes a provider's stream: unknown parts are kept, pieces that are no JSON object end it. */
export function createStreamDecoder(target: Target): Stepper<SseEvent, StreamEvent> {
  const reader = createReplyReader(target);
  return {
    push({ data }) {
      const text = data.trim();
      if (text === '' || text === '[DONE]') return [];
      const json = parseJson(text);
      return reader.read(json.ok && isJsonObject(json.value) ? json.value : null);
    },
    end: () => reader.end(),
  };
}
