import type { ContentPart, ToolCallPart } from '../../chat/content-part.ts';
import type { GatewayError } from '../../chat/error.ts';
import { changed, type Encoded, type Loss } from '../../chat/loss.ts';
import type { ChatReply, Choice } from '../../chat/reply.ts';
import type { JsonObject, JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import { err, ok, type Result } from '../../result.ts';
import type { Answering, Target } from '../dialect.ts';
import { wireProblem } from '../wire-problem.ts';
import { createCallIds } from './call-ids.ts';
import { decodeFinishReason, encodeFinishReason } from './finish-reason.ts';
import { invalidArguments, partLosses } from './reply-losses.ts';
import { decodeNativeUsage, encodeNativeUsage, type Included, usageLosses } from './usage.ts';
import { NativeChatReply } from './wire.ts';

/** The reply with our own ids; never fails, whatever the provider's model wrote. */
export function encodeReply(reply: ChatReply, answering: Answering): Encoded<JsonObject> {
  const losses: Loss[] = [];
  const include: Included = new Set(answering.include);
  const nextCallId = createCallIds(answering.replyId);
  const choices = reply.choices.map((choice, index) =>
    encodeChoice(choice, index, { losses, nextCallId, include }),
  );
  if (reply.usage === undefined) losses.push(NO_USAGE);
  else losses.push(...usageLosses(reply.usage, include));
  return {
    value: {
      id: answering.replyId,
      object: 'chat.completion',
      created: reply.created ?? answering.created,
      model: reply.model === '' ? answering.model : reply.model,
      choices,
      usage: encodeNativeUsage(
        reply.usage ?? { input: {}, output: {}, provenance: 'estimate' },
        include,
      ),
    },
    losses,
  };
}

const NO_USAGE = changed(
  'usage',
  'usage',
  'emulated',
  'the provider sent no counts, and the native contract requires them: zeros stand in',
);

interface Encoding {
  readonly losses: Loss[];
  readonly nextCallId: (id: string) => string;
  readonly include: Included;
}

function encodeChoice(choice: Choice, index: number, encoding: Encoding): JsonObject {
  let content: string | undefined;
  let thought = '';
  const calls: JsonObject[] = [];
  for (const [at, part] of choice.content.entries()) {
    const path = `choices[${index}].content[${at}]`;
    encoding.losses.push(...partLosses(part, path, encoding.include));
    if (part.type === 'reasoning' && encoding.include.has('reasoning')) thought += part.text ?? '';
    if (part.type === 'text' || part.type === 'refusal') content = (content ?? '') + part.text;
    if (part.type === 'tool-call') calls.push(encodeCall(part, path, encoding));
  }
  const refused = choice.content.some((part) => part.type === 'refusal');
  const reason = encodeFinishReason(choice, refused);
  return {
    index,
    message: {
      role: 'assistant',
      ...(thought === '' ? {} : { reasoning_content: thought }),
      ...(content === undefined ? {} : { content }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
    ...(reason === undefined ? {} : { finish_reason: reason }),
  };
}

function encodeCall(part: ToolCallPart, path: string, encoding: Encoding): JsonObject {
  const value = parseArguments(part.argumentsJson);
  if (value === undefined) encoding.losses.push(invalidArguments(path));
  return {
    id: encoding.nextCallId(part.id),
    type: 'function',
    function: { name: part.name, arguments: value ?? part.argumentsJson },
  };
}

/**
 * The arguments as a value, `{}` for none at all; absent when they are no JSON, JSON of a text, or
 * nested so deep that writing them again would hurt.
 */
function parseArguments(text: string): JsonValue | undefined {
  if (text.trim() === '') return {};
  const parsed = parseJson(text);
  return parsed.ok && typeof parsed.value !== 'string' ? parsed.value : undefined;
}

export function decodeReply(body: JsonValue, target: Target): Result<ChatReply, GatewayError> {
  const parsed = NativeChatReply.safeParse(body);
  if (!parsed.success) {
    const { path, detail } = wireProblem(parsed.error);
    return err({
      kind: 'provider_invalid_reply',
      provider: target.provider,
      detail: path === undefined ? detail : `${path}: ${detail}`,
    });
  }
  const { id, model, created, choices, usage } = parsed.data;
  return ok({
    id,
    model,
    created,
    choices: choices.map(decodeChoice),
    usage: decodeNativeUsage(usage),
  });
}

function decodeChoice({ message, finish_reason }: NativeChatReply['choices'][number]): Choice {
  const { content, tool_calls: calls } = message;
  const parts: readonly ContentPart[] = [
    ...(message.reasoning_content
      ? [{ type: 'reasoning' as const, text: message.reasoning_content }]
      : []),
    ...(typeof content === 'string' ? [{ type: 'text' as const, text: content }] : []),
    ...(calls ?? []).map((call) => ({
      type: 'tool-call' as const,
      id: call.id,
      name: call.function.name,
      argumentsJson:
        typeof call.function.arguments === 'string'
          ? call.function.arguments
          : JSON.stringify(call.function.arguments),
    })),
  ];
  return { content: parts, ...decodeFinishReason(finish_reason) };
}
