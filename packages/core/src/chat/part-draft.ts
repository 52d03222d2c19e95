import type { JsonObject } from '../json/json-value.ts';
import type {
  Annotation,
  ContentPart,
  MediaPart,
  SharedTurn,
  TokenLogprob,
} from './content-part.ts';
import type { ProviderState } from './provider-state.ts';
import type { PartDelta, PartStart } from './stream-event.ts';

/** A part while it grows. Written to in place: a copy per delta would be quadratic. */
export interface Draft {
  readonly start: PartStart;
  text?: string;
  json: string;
  base64?: string;
  transcript?: string;
  raw?: JsonObject;
  shared?: SharedTurn;
  readonly annotations: Annotation[];
  readonly logprobs: TokenLogprob[];
  readonly state: ProviderState[];
}

export const draftOf = (start: PartStart): Draft => ({
  start,
  json: '',
  annotations: [],
  logprobs: [],
  state: [],
});

export function pushDelta(draft: Draft, delta: PartDelta): void {
  switch (delta.type) {
    case 'text':
      draft.text = (draft.text ?? '') + delta.text;
      break;
    case 'arguments':
      draft.json += delta.json;
      break;
    case 'data':
      draft.base64 = (draft.base64 ?? '') + delta.base64;
      break;
    case 'transcript':
      draft.transcript = (draft.transcript ?? '') + delta.text;
      break;
    case 'annotation':
      draft.annotations.push(delta.annotation);
      break;
    case 'logprobs':
      for (const logprob of delta.logprobs) draft.logprobs.push(logprob);
      break;
    case 'state':
      draft.state.push(delta.state);
      break;
    case 'raw':
      draft.raw = delta.raw;
      if (delta.shared !== undefined) draft.shared = delta.shared;
      break;
  }
}

export function finishDraft(draft: Draft): ContentPart {
  const { start } = draft;
  const state = draft.state.length === 0 ? {} : { state: draft.state };
  switch (start.type) {
    case 'text':
      return {
        ...start,
        text: draft.text ?? '',
        ...(draft.annotations.length === 0 ? {} : { annotations: draft.annotations }),
        ...(draft.logprobs.length === 0 ? {} : { logprobs: draft.logprobs }),
        ...state,
      };
    case 'refusal':
      return { ...start, text: draft.text ?? '', ...state };
    case 'reasoning':
      return { ...start, ...(draft.text === undefined ? {} : { text: draft.text }), ...state };
    case 'tool-call':
      return { ...start, argumentsJson: draft.json, ...state };
    case 'media': {
      const { url: _url, fileId: _fileId, ...facts } = start;
      const { transcript } = draft;
      return {
        ...facts,
        source: sourceOf(start, draft),
        ...(transcript === undefined ? {} : { transcript }),
        ...state,
      };
    }
    case 'server-tool':
      return {
        ...start,
        ...(draft.raw === undefined ? {} : { raw: draft.raw }),
        ...(draft.shared === undefined ? {} : { shared: draft.shared }),
        ...state,
      };
    case 'opaque':
      return { ...start, ...(draft.raw === undefined ? {} : { raw: draft.raw }), ...state };
  }
}

function sourceOf(
  start: Extract<PartStart, { readonly type: 'media' }>,
  draft: Draft,
): MediaPart['source'] {
  if (start.url !== undefined) return { type: 'url', url: start.url };
  if (start.fileId !== undefined) return { type: 'provider-file', id: start.fileId };
  if (draft.text !== undefined) return { type: 'text', text: draft.text };
  return { type: 'base64', data: draft.base64 ?? '' };
}
