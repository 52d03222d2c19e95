import type * as z from 'zod';
import type { ContentPart, MediaPart, TextPart, ToolResultPart } from '../../chat/content-part.ts';
import type { GatewayError } from '../../chat/error.ts';
import { type Loss, lost } from '../../chat/loss.ts';
import type { Message } from '../../chat/message.ts';
import type { JsonValue } from '../../json/json-value.ts';
import { err, ok, type Result } from '../../result.ts';
import type { NativeContentPart, NativeMessage } from './wire.ts';

type WirePart = z.infer<typeof NativeContentPart>;

/**
 * The messages of a native request, and the rules that go over more than one of them: system
 * messages lead, and a tool's result answers a call of an earlier assistant message.
 */
export function decodeMessages(
  messages: readonly NativeMessage[],
): Result<
  { readonly messages: readonly Message[]; readonly losses: readonly Loss[] },
  GatewayError
> {
  const decoded: Message[] = [];
  const losses: Loss[] = [];
  const toolNames = new Map<string, string>();
  let hasBegun = false;
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`;
    if (message.role === 'system' && hasBegun) {
      return invalid(`${path}.role`, 'system messages must come before all other messages');
    }
    hasBegun ||= message.role !== 'system';
    losses.push(...misplaced(message, path));
    const result = decodeMessage(message, path, toolNames);
    if (!result.ok) return result;
    decoded.push(result.value);
    if (message.role !== 'assistant') continue;
    for (const call of message.tool_calls ?? []) toolNames.set(call.id, call.function.name);
  }
  return ok({ messages: decoded, losses });
}

const invalid = (path: string, detail: string): Result<never, GatewayError> =>
  err({ kind: 'invalid_request', path, detail });

function decodeMessage(
  message: NativeMessage,
  path: string,
  toolNames: ReadonlyMap<string, string>,
): Result<Message, GatewayError> {
  if (message.role === 'tool') return decodeToolResult(message, path, toolNames);
  const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
  // A message that only calls tools has to send an empty text: the contract knows no null there.
  const isEmpty = message.content === '' && calls.length > 0;
  const thought = message.role === 'assistant' ? (message.reasoning_content ?? '') : '';
  const content: readonly ContentPart[] = [
    ...(thought === '' ? [] : [{ type: 'reasoning' as const, text: thought }]),
    ...(isEmpty ? [] : decodeContent(message.content)),
    ...calls.map((call) => ({
      type: 'tool-call' as const,
      id: call.id,
      name: call.function.name,
      argumentsJson: argumentsText(call.function.arguments),
    })),
  ];
  return ok({
    role: message.role,
    content,
    ...(typeof message.name === 'string' ? { name: message.name } : {}),
  });
}

function decodeToolResult(
  message: NativeMessage,
  path: string,
  toolNames: ReadonlyMap<string, string>,
): Result<Message, GatewayError> {
  const callId = message.tool_call_id;
  if (callId === undefined || callId === null) {
    return invalid(`${path}.tool_call_id`, 'is required: a tool message names the call it answers');
  }
  const name = toolNames.get(callId);
  if (name === undefined) {
    return invalid(
      `${path}.tool_call_id`,
      `no earlier assistant message has a tool call with the id "${callId.slice(0, 128)}"`,
    );
  }
  const part: ToolResultPart = {
    type: 'tool-result',
    callId,
    name: message.name ?? name,
    content: joined(decodeContent(message.content)),
  };
  return ok({ role: 'tool', content: [part] });
}

const decodeContent = (content: NativeMessage['content']): readonly (TextPart | MediaPart)[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content.map(decodePart);

function decodePart(part: WirePart): TextPart | MediaPart {
  if (part.type === 'text') return { type: 'text', text: part.text };
  if (part.type === 'file') {
    const { url, filename } = part.file;
    return {
      type: 'media',
      kind: 'file',
      ...decodeUrl(url),
      ...(typeof filename === 'string' ? { name: filename } : {}),
    };
  }
  const { url, detail } = part.image_url;
  return {
    type: 'media',
    kind: 'image',
    ...decodeUrl(url),
    ...(typeof detail === 'string' ? { detail } : {}),
  };
}

function decodeUrl(url: string): Pick<MediaPart, 'source' | 'mediaType'> {
  // The base64 may be megabytes: found by position, never by a pattern that could backtrack.
  const comma = url.startsWith('data:') ? url.indexOf(';base64,') : -1;
  if (comma < 0) return { source: { type: 'url', url } };
  const mediaType = url.slice('data:'.length, comma);
  return {
    source: { type: 'base64', data: url.slice(comma + ';base64,'.length) },
    ...(mediaType === '' ? {} : { mediaType }),
  };
}

/** The contract flattens a tool's result to text; what is no text stays a part. */
function joined(parts: readonly (TextPart | MediaPart)[]): readonly (TextPart | MediaPart)[] {
  if (parts.length < 2 || !parts.every((part) => part.type === 'text')) return parts;
  return [{ type: 'text', text: parts.map((part) => part.text).join('') }];
}

/** History may bring arguments as the object that a reply gave, or as JSON text. */
const argumentsText = (value: JsonValue): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

/** Fields that the contract accepts on any role, though they mean something on one only. */
function misplaced(message: NativeMessage, path: string): readonly Loss[] {
  const losses: Loss[] = [];
  if (message.role !== 'assistant' && (message.tool_calls?.length ?? 0) > 0) {
    losses.push(without(`${path}.tool_calls`, 'only an assistant message calls tools'));
  }
  if (message.role !== 'assistant' && typeof message.reasoning_content === 'string') {
    losses.push(without(`${path}.reasoning_content`, 'only an assistant message has thoughts'));
  }
  if (message.role !== 'tool' && typeof message.tool_call_id === 'string') {
    losses.push(without(`${path}.tool_call_id`, 'only a tool message answers a call'));
  }
  return losses;
}

const without = (path: string, why: string): Loss => lost('unknownFields', path, why);
