import type { ContentPart, ReasoningPart, ToolResultPart } from '../../chat/content-part.ts';
import type { GatewayError } from '../../chat/error.ts';
import type { Message } from '../../chat/message.ts';
import { err, ok, type Result } from '../../result.ts';
import { customArguments } from '../openai-custom.ts';
import { restOf } from '../rest-of.ts';
import { readAnnotation } from './annotations.ts';
import { DIALECT, decodeContent } from './parts.ts';
import { besideWords, detailStates, type ReasoningDetail, wordsOf } from './reasoning-details.ts';
import type { WireAssistantMessage, WireContent, WireMessage } from './wire.ts';

export const MESSAGE_FIELDS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'name',
  'refusal',
  'audio',
  'tool_calls',
  'function_call',
  'reasoning_content',
  'reasoning',
  'reasoning_details',
  'tool_call_id',
  'annotations',
]);

export const CALL_FIELDS: ReadonlySet<string> = new Set(['id', 'type', 'function', 'custom']);

/** Calls seen so far: a result must answer one, and legacy results name no id. */
interface Calls {
  readonly ids: Set<string>;
  readonly legacy: Map<string, string>;
}

/** In the client's order, one for one. Fails for a result that answers no call before it. */
export function decodeMessages(
  wire: readonly WireMessage[],
): Result<readonly Message[], GatewayError> {
  const calls: Calls = { ids: new Set(), legacy: new Map() };
  const messages: Message[] = [];
  for (const [index, message] of wire.entries()) {
    const decoded = decodeMessage(message, index, calls);
    if (!decoded.ok) return decoded;
    messages.push(decoded.value);
  }
  return ok(messages);
}

function decodeMessage(
  wire: WireMessage,
  index: number,
  calls: Calls,
): Result<Message, GatewayError> {
  const rest = restOf(DIALECT, wire, MESSAGE_FIELDS);
  const extras = {
    ...(typeof wire.name === 'string' && wire.role !== 'function' && wire.role !== 'tool'
      ? { name: wire.name }
      : {}),
    ...(rest === undefined ? {} : { rest }),
  };
  switch (wire.role) {
    case 'system':
    case 'developer':
    case 'user':
      return ok({ role: wire.role, content: decodeContent(wire.content), ...extras });
    case 'assistant':
      return ok({ role: 'assistant', content: assistantParts(wire, index, calls), ...extras });
    case 'tool': {
      if (!calls.ids.has(wire.tool_call_id)) return err(orphan(index, 'tool_call_id'));
      const result = resultPart(wire.tool_call_id, wire.content, wire.name ?? undefined);
      return ok({ role: 'tool', content: [result], ...extras });
    }
    case 'function': {
      const callId = calls.legacy.get(wire.name);
      if (callId === undefined) return err(orphan(index, 'name'));
      return ok({
        role: 'tool',
        content: [resultPart(callId, wire.content, wire.name)],
        ...extras,
      });
    }
  }
}

const orphan = (index: number, field: string): GatewayError => ({
  kind: 'invalid_request',
  path: `messages[${index}].${field}`,
  detail: 'answers no tool call of an assistant message before it',
});

function resultPart(
  callId: string,
  content: WireContent | null | undefined,
  name: string | undefined,
): ToolResultPart {
  const parts = decodeContent(content).filter(
    (part) => part.type === 'text' || part.type === 'media' || part.type === 'opaque',
  );
  return { type: 'tool-result', callId, ...(name === undefined ? {} : { name }), content: parts };
}

function assistantParts(
  wire: WireAssistantMessage,
  index: number,
  calls: Calls,
): readonly ContentPart[] {
  const parts: ContentPart[] = [...reasoningParts(wire), ...annotated(wire)];
  if (typeof wire.refusal === 'string' && wire.refusal !== '') {
    parts.push({ type: 'refusal', text: wire.refusal });
  }
  if (wire.audio) {
    const source = { type: 'provider-file' as const, id: wire.audio.id, dialect: DIALECT };
    parts.push({ type: 'media', kind: 'audio', source });
  }
  for (const call of wire.tool_calls ?? []) {
    calls.ids.add(call.id);
    parts.push(callPart(call));
  }
  if (wire.function_call) {
    // The old form has no ids: its place in the history makes one, the same on every turn.
    const id = `call_${index}`;
    calls.ids.add(id);
    calls.legacy.set(wire.function_call.name, id);
    parts.push({
      type: 'tool-call',
      id,
      name: wire.function_call.name,
      argumentsJson: wire.function_call.arguments,
    });
  }
  return parts;
}

/** Citations count from the beginning of all text: they are the first text's, mostly the only one. */
function annotated(wire: WireAssistantMessage): readonly ContentPart[] {
  const parts = decodeContent(wire.content);
  const annotations = (wire.annotations ?? []).map((one) => readAnnotation(one, 0));
  const first = parts.findIndex(({ type }) => type === 'text');
  if (annotations.length === 0 || first === -1) return parts;
  return parts.map((part, index) =>
    part.type === 'text' && index === first ? { ...part, annotations } : part,
  );
}

function callPart(call: NonNullable<WireAssistantMessage['tool_calls']>[number]): ContentPart {
  const rest = restOf(DIALECT, call, CALL_FIELDS);
  if (!isFunctionCall(call)) {
    return {
      type: 'tool-call',
      id: call.id,
      name: call.custom.name,
      argumentsJson: customArguments(call.custom.input),
      isCustom: true,
      ...(rest === undefined ? {} : { rest }),
    };
  }
  return {
    type: 'tool-call',
    id: call.id,
    name: call.function.name,
    argumentsJson: call.function.arguments,
    ...(rest === undefined ? {} : { rest }),
  };
}

type FunctionToolCall = Extract<
  NonNullable<WireAssistantMessage['tool_calls']>[number],
  { readonly function: unknown }
>;

const isFunctionCall = (
  call: NonNullable<WireAssistantMessage['tool_calls']>[number],
): call is FunctionToolCall => 'function' in call;

/** The plain field where there is one; the detailed list where it stands alone, or proves something. */
function reasoningParts(wire: WireAssistantMessage): readonly ReasoningPart[] {
  const { reasoning_details: details } = wire;
  const plain = wire.reasoning_content || wire.reasoning;
  const told = (details ?? []).flatMap(detailParts);
  const isProven = told.some(({ state }) => state !== undefined);
  if (!plain) return told;
  if (!isProven) return [{ type: 'reasoning', text: plain }];
  // Where only what hides thoughts is in the list, what is shown of them stands beside it.
  const isSaid = told.some(({ text }) => text !== undefined);
  return isSaid ? told : [{ type: 'reasoning', text: plain }, ...told];
}

function detailParts(detail: ReasoningDetail): readonly ReasoningPart[] {
  const words = wordsOf(detail);
  const state = detailStates(besideWords(detail), { provider: DIALECT });
  if (words === '' && state.length === 0) return [];
  return [
    {
      type: 'reasoning',
      ...(words === '' ? {} : { text: words }),
      ...(detail.text || !detail.summary ? {} : { form: 'summary' as const }),
      ...(state.length === 0 ? {} : { state }),
    },
  ];
}
