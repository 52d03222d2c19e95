import { err, ok, type Result } from '@tollgate/core';
import type { ChatRequest, GatewayError, MediaPart } from '@tollgate/core/chat';
import type { Dialect, Target } from '@tollgate/core/dialects';
import { inlineSource, readDataUrl, sniffMediaType } from '@tollgate/core/media';
import type { FetchedMedia, MediaFetcher } from '../ports/media-fetcher.ts';
import { mediaIn, type PlacedMedia, withMedia } from './media-parts.ts';
import { placeOfText } from './place-of-text.ts';

/** Of one request. Providers take less than this of each, but for PDFs. */
const MAX_ITEM_BYTES = 20 * 1024 * 1024;
const MAX_TOTAL_BYTES = 32 * 1024 * 1024;
const MAX_ITEMS = 20;
const AT_ONCE = 2;
const TOTAL_MS = 20_000;

interface Asked {
  readonly request: ChatRequest;
  /** The client's body, for the names that it has for what is wrong. */
  readonly body?: unknown;
}

const refused = ({ body }: Asked, { part, path }: PlacedMedia, detail: string) => {
  const { source } = part;
  const text = source.type === 'url' ? source.url : source.type === 'base64' ? source.data : '';
  return err<GatewayError>({
    kind: 'invalid_request',
    path: placeOfText(body, text) ?? path,
    detail,
  });
};

/** Data URLs as the bytes that they hold, and bytes in the one form that every provider reads. */
export function readInlineMedia(asked: Asked): Result<ChatRequest, GatewayError> {
  const replaced = new Map<MediaPart, MediaPart>();
  for (const placed of mediaIn(asked.request)) {
    const { part } = placed;
    if (part.source.type === 'base64') {
      const source = inlineSource(part.source.data);
      if (!source.ok) return refused(asked, placed, source.error);
      const isSame = source.value.type === 'base64' && source.value.data === part.source.data;
      if (!isSame) replaced.set(part, { ...part, source: source.value });
    } else if (part.source.type === 'url' && /^data:/i.test(part.source.url)) {
      const inline = readDataUrl(part.source.url);
      if (!inline.ok) return refused(asked, placed, inline.error);
      replaced.set(part, { ...part, ...inline.value });
    }
  }
  return ok(withMedia(asked.request, replaced));
}

const ABILITIES = { image: 'images', audio: 'audio', file: 'files', video: undefined } as const;

const isOnTheWeb = ({ source }: MediaPart): boolean =>
  source.type === 'url' && /^https?:/i.test(source.url);

/** Whether it is of use only as bytes: by its address the target would not take it. */
function needsBytes(part: MediaPart, { media }: Dialect, { ability, quirks }: Target): boolean {
  if (!isOnTheWeb(part)) return false;
  const can = ABILITIES[part.kind];
  if (can !== undefined && ability[can] === false) return false;
  const form = media[part.kind];
  return form === 'bytes' || (form === 'address' && quirks.noMediaUrls === true);
}

export const hasMediaByUrl = (request: ChatRequest): boolean =>
  mediaIn(request).some(({ part }) => isOnTheWeb(part));

export const hasMediaForBytes = (request: ChatRequest, dialect: Dialect, target: Target): boolean =>
  mediaIn(request).some(({ part }) => needsBytes(part, dialect, target));

/**
 * The request with the bytes of what its media's addresses lead to, where the target takes no
 * addresses. The same request where there is nothing to fetch.
 */
export type FetchMedia = (
  asked: Asked & {
    readonly dialect: Dialect;
    readonly target: Target;
    readonly signal: AbortSignal;
  },
) => Promise<Result<ChatRequest, GatewayError>>;

export function createFetchMedia(fetcher: MediaFetcher): FetchMedia {
  return async (asked) => {
    const { request, dialect, target } = asked;
    const wanted = mediaIn(request).filter(({ part }) => needsBytes(part, dialect, target));
    const byUrl = Map.groupBy(wanted, ({ part }) => urlOf(part));
    const [first] = wanted;
    if (first === undefined) return ok(request);
    if (byUrl.size > MAX_ITEMS) {
      const detail = `${byUrl.size} media would have to be fetched for this model; at most ${MAX_ITEMS} can be`;
      return refused(asked, first, detail);
    }
    const replaced = new Map<MediaPart, MediaPart>();
    const queue = [...byUrl];
    const stopped = new AbortController();
    const signal = AbortSignal.any([asked.signal, stopped.signal]);
    let leftBytes = MAX_TOTAL_BYTES;
    let failure: GatewayError | undefined;

    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [url, placed] = next;
        const outcome = await fetchOne(fetcher, url, { placed, leftBytes, signal, asked });
        if (!outcome.ok) {
          failure ??= outcome.error;
          stopped.abort();
          return;
        }
        leftBytes = Math.max(0, leftBytes - outcome.value.bytes);
        for (const [part, inline] of outcome.value.parts) replaced.set(part, inline);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return failure === undefined ? ok(withMedia(request, replaced)) : err(failure);
  };
}

interface Fetching {
  readonly placed: readonly PlacedMedia[];
  readonly leftBytes: number;
  readonly signal: AbortSignal;
  readonly asked: Asked;
}

interface Fetched {
  readonly bytes: number;
  readonly parts: readonly (readonly [MediaPart, MediaPart])[];
}

async function fetchOne(
  fetcher: MediaFetcher,
  url: string,
  { placed, leftBytes, signal, asked }: Fetching,
): Promise<Result<Fetched, GatewayError>> {
  const maxBytes = Math.min(MAX_ITEM_BYTES, leftBytes);
  const [first] = placed;
  const fetched = await fetcher.fetch(url, { maxBytes, totalMs: TOTAL_MS, signal });
  if (!fetched.ok) {
    const { error } = fetched;
    if (error.kind !== 'invalid_request' || first === undefined) return fetched;
    return refused(asked, first, error.detail);
  }
  const parts: (readonly [MediaPart, MediaPart])[] = [];
  for (const one of placed) {
    const inline = inlined(one.part, fetched.value);
    if (!inline.ok) return refused(asked, one, inline.error);
    parts.push([one.part, inline.value]);
  }
  return ok({ bytes: fetched.value.bytes.length, parts });
}

/** Types that servers say of anything. */
const GENERIC = /^(application|binary)\/(octet-stream|force-download|x-download|unknown)$/;

function inlined(part: MediaPart, { bytes, mediaType }: FetchedMedia): Result<MediaPart, string> {
  const served = mediaType === undefined || GENERIC.test(mediaType) ? undefined : mediaType;
  const type = served ?? sniffMediaType(bytes) ?? part.mediaType;
  if (type === undefined) return err('is of a type that its server does not tell');
  if (part.kind !== 'file' && !type.startsWith(`${part.kind}/`)) {
    return err(`is ${type}, not ${part.kind === 'image' ? 'an image' : part.kind}`);
  }
  if (part.kind === 'file' && type.startsWith('text/')) {
    const text = new TextDecoder().decode(bytes);
    return ok({ ...part, source: { type: 'text', text }, mediaType: type });
  }
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  return ok({ ...part, source: { type: 'base64', data }, mediaType: type });
}

const urlOf = ({ source }: MediaPart): string => (source.type === 'url' ? source.url : '');
