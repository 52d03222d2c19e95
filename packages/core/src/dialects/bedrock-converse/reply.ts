import type { ContentPart } from '../../chat/content-part.ts';
import type { GatewayError } from '../../chat/error.ts';
import { changed, type Encoded, type Loss, lost } from '../../chat/loss.ts';
import type { ProviderState } from '../../chat/provider-state.ts';
import type { ChatReply } from '../../chat/reply.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { err, ok, type Result } from '../../result.ts';
import type { Answering, Target } from '../dialect.ts';
import { decodeReplyBlock } from './decode-block.ts';
import { encodeInput, reasoningBlock, textBlock } from './encode-block.ts';
import { decodeException, isErrorBody } from './errors.ts';
import { DIALECT, fieldsOf, restIn } from './known-fields.ts';
import { encodeMedia } from './media.ts';
import { WireReply } from './reply-wire.ts';
import { decodeStop, encodeStop } from './stop-reason.ts';
import { decodeUsage, encodeUsage } from './usage.ts';

export function decodeReply(body: JsonValue, target: Target): Result<ChatReply, GatewayError> {
  const { provider, model, origin } = target;
  if (isErrorBody(body)) return err(decodeException('', body, provider));
  const parsed = WireReply.safeParse(body);
  if (!parsed.success) {
    return err({ kind: 'provider_invalid_reply', provider, detail: 'it is not a message.' });
  }
  const { output, stopReason, usage: counted } = parsed.data;
  const usage = decodeUsage(counted);
  return ok({
    id: '',
    model,
    choices: [
      {
        content: output.message.content.map((block) => decodeReplyBlock(block, origin)),
        ...decodeStop(stopReason),
        ...restIn(withoutNulls(parsed.data), 'reply'),
      },
    ],
    ...(usage === undefined ? {} : { usage }),
  });
}

export const withoutNulls = (wire: {
  readonly [field: string]: unknown;
}): { readonly [field: string]: unknown } =>
  Object.fromEntries(Object.entries(wire).filter(([, value]) => value != null));

export function encodeReply(reply: ChatReply, _answering: Answering): Encoded<JsonObject> {
  const losses: Loss[] = [];
  const [choice, ...others] = reply.choices;
  if (others.length > 0)
    losses.push(lost('choices', 'choices[1]', 'this dialect has one choice only'));
  const content = (choice?.content ?? []).flatMap((part, index) => {
    const block = encodePart(part, `choices[0].content[${index}]`, losses);
    return block === undefined ? [] : [block];
  });
  return {
    value: {
      ...fieldsOf(choice?.rest, 'reply'),
      output: { message: { role: 'assistant', content } },
      stopReason: encodeStop(choice ?? { stopReason: 'other' }),
      ...encodeUsage(reply.usage),
    },
    losses,
  };
}

function encodePart(part: ContentPart, path: string, losses: Loss[]): JsonObject | undefined {
  losses.push(...unsaidStart(part, path), ...unsaidExtras(part, path));
  switch (part.type) {
    case 'text':
      return part.text === '' && (part.annotations ?? []).length === 0
        ? undefined
        : textBlock(part);
    case 'refusal':
      return part.text === '' ? undefined : { text: part.text };
    case 'reasoning': {
      const state = part.state?.find((one) => fitsReasoning(one, part.text !== undefined));
      if (state !== undefined) return reasoningBlock(part.text, state);
      return part.text === undefined
        ? undefined
        : { reasoningContent: { reasoningText: { text: part.text } } };
    }
    case 'tool-call': {
      const input = encodeInput(part.argumentsJson, path, losses);
      return { toolUse: { toolUseId: part.id, name: part.name, input } };
    }
    case 'media': {
      const block = isSayable(part) ? encodeMedia(part, 1) : 'not sayable';
      if (typeof block !== 'string') return block;
      return part.transcript === undefined || part.transcript === ''
        ? undefined
        : { text: part.transcript };
    }
    case 'server-tool':
    case 'opaque':
      return part.dialect === DIALECT && isJsonObject(part.raw) ? part.raw : undefined;
    case 'tool-result':
      return undefined;
  }
}

/** The one state that a block of thoughts has a place for; encrypted ones have no text beside them. */
export const fitsReasoning = ({ kind }: ProviderState, hasText: boolean): boolean =>
  kind === 'signature' || (kind === 'encrypted' && !hasText);

const isSayable = (part: { readonly kind: string; readonly mediaType?: string }): boolean =>
  part.kind === 'image' &&
  ['image/png', 'image/jpeg', 'image/gif', 'image/webp'].includes(part.mediaType ?? '');

export const lostState = (path: string): Loss =>
  lost('providerState', `${path}.state`, "the provider's state has no place here");

export const lostLogprobs = (path: string): Loss =>
  lost('logprobs', `${path}.logprobs`, 'log probabilities have no place here');

function unsaidExtras(part: ContentPart, path: string): readonly Loss[] {
  const hasText = part.type === 'reasoning' && part.text !== undefined;
  const shown =
    part.type === 'reasoning' ? part.state?.find((one) => fitsReasoning(one, hasText)) : undefined;
  return [
    ...((part.state ?? []).some((one) => one !== shown) ? [lostState(path)] : []),
    ...(part.type === 'text' && part.logprobs !== undefined ? [lostLogprobs(path)] : []),
  ];
}

/** What is known to be unsayable as soon as a part begins. */
export function unsaidStart(
  part: {
    readonly type: ContentPart['type'];
    readonly dialect?: string;
    readonly kind?: string;
    readonly mediaType?: string;
  },
  path: string,
): readonly Loss[] {
  switch (part.type) {
    case 'refusal':
      return [changed('refusal', path, 'emulated', 'a refusal is sent as text')];
    case 'media':
      return isSayable({ ...part, kind: part.kind ?? '' })
        ? []
        : [lost('replyMedia', path, 'of media only images have a place here')];
    case 'server-tool':
    case 'opaque':
      return part.dialect === DIALECT
        ? []
        : [lost('foreignTurn', path, 'content that only another dialect knows')];
    case 'tool-result':
      return [lost('misplacedPart', path, 'a result of a tool is no part of a reply')];
    default:
      return [];
  }
}
