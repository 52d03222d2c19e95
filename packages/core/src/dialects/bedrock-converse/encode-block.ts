import type { CacheMark, ContentPart, MediaPart, ReasoningPart } from '../../chat/content-part.ts';
import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { StateOrigin } from '../../chat/provider-state.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { Ability } from '../../providers/ability.ts';
import type { CallIds } from '../call-ids.ts';
import { foreignCitations } from '../foreign-citations.ts';
import { isSameOrigin } from '../is-same-origin.ts';
import { encodeCitation } from './citations.ts';
import { DIALECT } from './known-fields.ts';
import { encodeMedia } from './media.ts';

/** What encoding parts of a request needs besides the part. `losses` is written to. */
export interface BlockContext {
  readonly ability: Ability;
  readonly origin: StateOrigin;
  readonly ids: CallIds;
  readonly losses: Loss[];
  /** Documents so far: each needs a name. */
  documents: number;
}

/** One part as a block, or nothing where there is no place for it; the losses say why. */
export function encodeBlock(
  part: ContentPart,
  path: string,
  context: BlockContext,
): JsonObject | undefined {
  const { ids, losses } = context;
  if (part.type !== 'reasoning' && part.state !== undefined && part.state.length > 0) {
    losses.push(lost('providerState', `${path}.state`, 'only reasoning is signed here'));
  }
  switch (part.type) {
    case 'text':
      // A block without a word in it is refused, and says nothing.
      if (part.text.trim() === '') return undefined;
      losses.push(...foreignCitations(DIALECT, part.annotations, path));
      return textBlock(part);
    case 'refusal':
      if (part.text.trim() === '') return undefined;
      losses.push(changed('refusal', path, 'emulated', 'a refusal is sent as text'));
      return { text: part.text };
    case 'reasoning':
      return encodeReasoning(part, path, context);
    case 'tool-call': {
      const input = encodeInput(part.argumentsJson, path, losses);
      return { toolUse: { toolUseId: ids.forCall(part.id), name: part.name, input } };
    }
    case 'tool-result':
      return encodeResult(part, path, context);
    case 'media':
      return encodeAllowedMedia(part, path, context);
    case 'server-tool':
    case 'opaque':
      if (part.dialect === DIALECT && isJsonObject(part.raw)) return part.raw;
      losses.push(
        part.type === 'opaque'
          ? lost('foreignPart', path, 'content that only another dialect knows')
          : lost(
              'serverToolTurn',
              path,
              'a tool that another provider ran can not be given to this one',
            ),
      );
      return undefined;
  }
}

export function textBlock({
  text,
  annotations,
}: Extract<ContentPart, { readonly type: 'text' }>): JsonObject {
  if (annotations === undefined || annotations.length === 0) return { text };
  return {
    citationsContent: { content: [{ text }], citations: annotations.map(encodeCitation) },
  };
}

export const cachePoint = ({ lifetime }: CacheMark): JsonObject => ({
  cachePoint: { type: 'default', ...(lifetime === undefined ? {} : { ttl: lifetime }) },
});

/** `input` is an object here: text that is none is wrapped, so that the history stays whole. */
export function encodeInput(argumentsJson: string, path: string, losses: Loss[]): JsonObject {
  if (argumentsJson.trim() === '') return {};
  const parsed = parseJson(argumentsJson, { isOfTool: true });
  if (parsed.ok && isJsonObject(parsed.value)) return parsed.value;
  if (parsed.ok && parsed.value === null) return {};
  const why = 'arguments that are no JSON object are wrapped in one';
  losses.push(changed('toolArguments', `${path}.argumentsJson`, 'emulated', why));
  return { arguments: argumentsJson };
}

/** Thoughts go back only with the proof of who thought them: the provider refuses them without. */
function encodeReasoning(
  part: ReasoningPart,
  path: string,
  { origin, losses }: BlockContext,
): JsonObject | undefined {
  const state = part.state?.find(
    ({ kind, origin: made }) =>
      (kind === 'signature' || (kind === 'encrypted' && part.text === undefined)) &&
      isSameOrigin(made, origin, DIALECT),
  );
  if (state !== undefined) return reasoningBlock(part.text, state);
  const why = 'reasoning that this provider did not sign can not go back to it';
  losses.push(lost('earlierReasoning', path, why));
  return undefined;
}

export const reasoningBlock = (
  text: string | undefined,
  state: { readonly kind: string; readonly data: string },
): JsonObject =>
  state.kind === 'encrypted'
    ? { reasoningContent: { redactedContent: state.data } }
    : { reasoningContent: { reasoningText: { text: text ?? '', signature: state.data } } };

function encodeResult(
  part: Extract<ContentPart, { readonly type: 'tool-result' }>,
  path: string,
  context: BlockContext,
): JsonObject {
  const content = part.content.flatMap((inner, index) => {
    const at = `${path}.content[${index}]`;
    if (inner.cache !== undefined) {
      const why = 'a result is marked as a whole here';
      context.losses.push(lost('cacheMark', `${at}.cache`, why));
    }
    const block = inner.type === 'text' ? { text: inner.text } : encodeBlock(inner, at, context);
    return block === undefined ? [] : [block];
  });
  const status = part.isError === true ? 'error' : 'success';
  return {
    toolResult: {
      toolUseId: context.ids.forResult(part.callId),
      content,
      ...(part.isError === undefined ? {} : { status }),
    },
  };
}

function encodeAllowedMedia(
  part: MediaPart,
  path: string,
  context: BlockContext,
): JsonObject | undefined {
  const { ability, losses } = context;
  const isRefused =
    (part.kind === 'image' && ability.images === false) ||
    (part.kind === 'file' && ability.files === false) ||
    (part.kind === 'audio' && ability.audio === false);
  if (part.kind === 'file') context.documents += 1;
  const block = isRefused
    ? `this model takes no ${part.kind}`
    : encodeMedia(part, context.documents);
  if (typeof block === 'string') {
    losses.push(lost(part.kind, path, block));
    return undefined;
  }
  if (part.detail !== undefined && part.detail !== 'auto') {
    losses.push(lost('mediaDetail', `${path}.detail`, 'images are read in one resolution here'));
  }
  return block;
}
