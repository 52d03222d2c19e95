import type { ContentPart } from '../../chat/content-part.ts';
import type { GatewayError } from '../../chat/error.ts';
import { type Encoded, type Loss, lost } from '../../chat/loss.ts';
import type { ChatReply } from '../../chat/reply.ts';
import type { JsonObject, JsonValue } from '../../json/json-value.ts';
import { err, ok, type Result } from '../../result.ts';
import type { Answering, Target } from '../dialect.ts';
import { decodeAssistant } from './decode-assistant.ts';
import { decodeCall, decodeContent, decodeReplyBlock } from './decode-block.ts';
import { restWith } from './decode-request.ts';
import { encodeAssistant } from './encode-assistant.ts';
import { unplacedOf } from './encode-messages.ts';
import { failedWithin, isErrorBody } from './errors.ts';
import { decodeStop, encodeStop, failureStatus } from './finish-reason.ts';
import { fieldsOf, restIn } from './known-fields.ts';
import { decodeLogprob } from './logprobs.ts';
import { WireReply } from './reply-wire.ts';
import { decodeUsage, encodeUsage } from './usage.ts';

export function decodeReply(body: JsonValue, target: Target): Result<ChatReply, GatewayError> {
  const { provider, model } = target;
  if (isErrorBody(body)) return err(failedWithin(provider));
  const parsed = WireReply.safeParse(body);
  if (!parsed.success) {
    return err({ kind: 'provider_invalid_reply', provider, detail: 'it is not a message.' });
  }
  const wire = parsed.data;
  const failure = failureStatus(wire.finish_reason);
  if (failure !== undefined) return err(failedWithin(provider, failure));
  const { content, unplaced } = decodeMessage(wire);
  const usage = decodeUsage(wire.usage);
  return ok({
    id: wire.id ?? '',
    model,
    choices: [
      {
        content,
        ...decodeStop(
          wire.finish_reason,
          content.some(({ type }) => type === 'tool-call'),
        ),
        ...restWith(withoutNulls(wire.message), unplaced),
      },
    ],
    ...(usage === undefined ? {} : { usage }),
    ...restIn(withoutNulls(wire), 'reply'),
  });
}

export const withoutNulls = (wire: {
  readonly [field: string]: unknown;
}): { readonly [field: string]: unknown } =>
  Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== null));

function decodeMessage({ message, logprobs }: WireReply): ReturnType<typeof decodeAssistant> {
  const { content } = message;
  const blocks =
    typeof content === 'string' ? decodeContent(content) : (content ?? []).map(decodeReplyBlock);
  const said = decodeAssistant({
    blocks,
    plan: message.tool_plan,
    calls: (message.tool_calls ?? []).map(decodeCall),
    citations: message.citations ?? [],
  });
  const told = (logprobs ?? []).flatMap(decodeLogprob);
  const first = said.content.findIndex(({ type }) => type === 'text');
  if (told.length === 0 || first === -1) return said;
  const likely = (part: ContentPart, index: number): ContentPart =>
    index === first && part.type === 'text' ? { ...part, logprobs: told } : part;
  return { ...said, content: said.content.map(likely) };
}

export function encodeReply(reply: ChatReply, answering: Answering): Encoded<JsonObject> {
  const losses: Loss[] = [];
  const [choice, ...others] = reply.choices;
  if (others.length > 0)
    losses.push(lost('choices', 'choices[1]', 'this dialect has one choice only'));
  const path = 'choices[0].content';
  const said = encodeAssistant(choice?.content ?? [], { path, isReply: true, losses });
  const { citations } = unplacedOf(choice ?? {});
  const placed = said['citations'];
  const all = [...(Array.isArray(placed) ? placed : []), ...citations];
  return {
    value: {
      ...fieldsOf(reply.rest, 'reply'),
      id: reply.id === '' ? answering.replyId : reply.id,
      message: {
        ...fieldsOf(choice?.rest, 'message'),
        role: 'assistant',
        ...said,
        ...(all.length === 0 ? {} : { citations: all }),
      },
      finish_reason: encodeStop(choice ?? { stopReason: 'other' }),
      ...encodeUsage(reply.usage),
    },
    losses,
  };
}
