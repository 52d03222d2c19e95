import type {
  ContentPart,
  ReasoningPart,
  ServerToolPart,
  SharedTurn,
} from '../../chat/content-part.ts';
import type { GatewayError } from '../../chat/error.ts';
import { changed, type Encoded, type Loss, lost } from '../../chat/loss.ts';
import type { ProviderState } from '../../chat/provider-state.ts';
import type { ChatReply } from '../../chat/reply.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { err, ok, type Result } from '../../result.ts';
import type { Answering, Target } from '../dialect.ts';
import { encodeCitations } from './annotation.ts';
import { decodeReplyBlock } from './decode-block.ts';
import { encodeInput, thinkingBlock } from './encode-part.ts';
import { decodeErrorBody, isErrorBody } from './errors.ts';
import { KNOWN } from './known-fields.ts';
import { encodeTurn } from './mcp-turn.ts';
import { DIALECT, fieldsOf, restOf } from './rest.ts';
import { servedTier } from './served-tier.ts';
import { decodeStop, encodeStop } from './stop-reason.ts';
import { decodeUsage, encodeUsage } from './usage.ts';
import { WireReply } from './wire.ts';

/** What a stream tells at its end, beside the reason why it stopped. */
export const CLOSING = ['stop_details', 'container', 'context_management'];

export function decodeReply(body: JsonValue, target: Target): Result<ChatReply, GatewayError> {
  const { provider, origin } = target;
  if (isErrorBody(body)) return err(decodeErrorBody(body, provider));
  const parsed = WireReply.safeParse(body);
  if (!parsed.success) {
    return err({ kind: 'provider_invalid_reply', provider, detail: 'it is not a message.' });
  }
  const wire = parsed.data;
  return ok({
    ...replyHead(wire, target),
    choices: [
      {
        content: wire.content.map((block) => decodeReplyBlock(block, origin)),
        ...decodeStop(wire.stop_reason, wire.stop_sequence),
        ...closingRest(wire),
      },
    ],
    ...(wire.usage == null ? {} : { usage: decodeUsage(wire.usage) }),
  });
}

/** What a reply and the start of a stream have in common. */
export function replyHead(wire: WireReply, target: Target): Omit<ChatReply, 'choices' | 'usage'> {
  const tier = servedTier(wire.usage);
  return {
    id: wire.id ?? '',
    model: wire.model ?? target.model,
    ...(tier === undefined ? {} : { serviceTier: tier }),
    ...restOf(withoutNulls(wire), [...KNOWN.reply, ...CLOSING]),
  };
}

/** The closing fields that say something, kept with the choice that they closed. */
export const closingRest = (wire: {
  readonly [field: string]: unknown;
}): ReturnType<typeof restOf> =>
  restOf(
    Object.fromEntries(
      Object.entries(wire).filter(([field, value]) => CLOSING.includes(field) && value !== null),
    ),
    [],
  );

const withoutNulls = (wire: { readonly [field: string]: unknown }): { [field: string]: unknown } =>
  Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== null));

export function encodeReply(reply: ChatReply, answering: Answering): Encoded<JsonObject> {
  const losses: Loss[] = [];
  const [choice, ...others] = reply.choices;
  if (others.length > 0)
    losses.push(lost('choices', 'choices[1]', 'this dialect has one choice only'));
  const content = choice?.content ?? [];
  const blocks = content.flatMap((part, index) => {
    const path = `choices[0].content[${index}]`;
    if (isForeignTurn(part)) return encodeTurn(part, path, losses);
    const block = encodeReplyPart(part, path, losses);
    return block === undefined ? [] : [block];
  });
  return {
    value: {
      ...fieldsOf(reply.rest, KNOWN.reply),
      ...fieldsOf(choice?.rest, KNOWN.reply),
      ...encodeHead(reply, answering),
      content: blocks,
      ...encodeStop(
        choice ?? { stopReason: 'other' },
        content.some(({ type }) => type === 'refusal'),
      ),
      usage: encodeUsage(reply.usage, reply.serviceTier),
    },
    losses,
  };
}

export const encodeHead = (
  { id, model }: Pick<ChatReply, 'id' | 'model'>,
  answering: Answering,
): JsonObject => ({
  id: id === '' ? answering.replyId : id,
  type: 'message',
  role: 'assistant',
  model: model === '' ? answering.model : model,
});

function encodeReplyPart(part: ContentPart, path: string, losses: Loss[]): JsonObject | undefined {
  losses.push(...unsaid(part, path));
  switch (part.type) {
    case 'text': {
      if (part.text === '') return undefined;
      const { citations } = encodeCitations(part.annotations, path);
      return {
        ...fieldsOf(part.rest, KNOWN.text),
        type: 'text',
        text: part.text,
        ...(citations.length === 0 ? {} : { citations }),
      };
    }
    case 'refusal':
      return part.text === '' ? undefined : { type: 'text', text: part.text };
    case 'reasoning': {
      const state = shownState(part);
      if (part.text === undefined && state === undefined) return undefined;
      return { ...fieldsOf(part.rest, KNOWN.thinking), ...encodeThinking(part.text, state) };
    }
    case 'tool-call':
      return {
        ...fieldsOf(part.rest, KNOWN.call),
        type: 'tool_use',
        id: part.id,
        name: part.name,
        input: encodeInput(part.argumentsJson, path, losses),
      };
    case 'media':
      return part.transcript === undefined || part.transcript === ''
        ? undefined
        : { type: 'text', text: part.transcript };
    case 'server-tool':
    case 'opaque':
      return part.dialect === DIALECT && isJsonObject(part.raw) ? part.raw : undefined;
    case 'tool-result':
      return undefined;
  }
}

/** What another provider's tool did, which this dialect has blocks for. */
const isForeignTurn = (part: ContentPart): part is ServerToolPart =>
  part.type === 'server-tool' && part.dialect !== DIALECT && part.shared !== undefined;

/** Thoughts without a signature are shown all the same; they can't be given back. */
const encodeThinking = (text: string | undefined, state: ProviderState | undefined): JsonObject =>
  state === undefined
    ? { type: 'thinking', thinking: text ?? '', signature: '' }
    : thinkingBlock(text, state);

/** The one state that a block of thoughts has a place for. */
const shownState = (part: ReasoningPart): ProviderState | undefined =>
  part.state?.find((state) => fitsThinking(state, part.text !== undefined));

/** Encrypted thoughts have no text beside them here. */
export const fitsThinking = ({ kind }: ProviderState, hasText: boolean): boolean =>
  kind === 'signature' || (kind === 'encrypted' && !hasText);

/** What of a reply's part this dialect can't say. */
function unsaid(part: ContentPart, path: string): readonly Loss[] {
  const state =
    part.type === 'reasoning'
      ? (part.state ?? []).filter((one) => one !== shownState(part))
      : part.state;
  return [
    ...(state === undefined || state.length === 0 ? [] : [lostState(path)]),
    ...(part.type === 'text' ? encodeCitations(part.annotations, path).losses : []),
    ...(part.type === 'text' && part.logprobs !== undefined ? [lostLogprobs(path)] : []),
    ...unsaidStart(part, path),
  ];
}

export const lostState = (path: string): Loss =>
  lost('providerState', `${path}.state`, "the provider's state has no place here");

export const lostLogprobs = (path: string): Loss =>
  lost('logprobs', `${path}.logprobs`, 'log probabilities have no place here');

/** What is known to be unsayable as soon as a part begins. */
export function unsaidStart(
  part: {
    readonly type: ContentPart['type'];
    readonly dialect?: string;
    readonly shared?: SharedTurn;
  },
  path: string,
): readonly Loss[] {
  switch (part.type) {
    case 'refusal':
      return [changed('refusal', path, 'emulated', 'a refusal is sent as text')];
    case 'media':
      return [lost('replyMedia', path, 'media that a model made have no place here')];
    case 'server-tool':
      return part.dialect === DIALECT || part.shared !== undefined
        ? []
        : [lost('serverToolTurn', path, 'a tool that another provider ran has no place here')];
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
