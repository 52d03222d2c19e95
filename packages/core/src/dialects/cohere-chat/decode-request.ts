import type { GatewayError } from '../../chat/error.ts';
import type { Message } from '../../chat/message.ts';
import type { ChatRequest } from '../../chat/request.ts';
import type { Tool } from '../../chat/tool.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { err, ok, type Result } from '../../result.ts';
import type { DecodedRequest } from '../dialect.ts';
import { wireProblem } from '../wire-problem.ts';
import { decodeAssistant } from './decode-assistant.ts';
import { decodeCall, decodeContent } from './decode-block.ts';
import { asJsonObject, DIALECT, restIn } from './known-fields.ts';
import { type WireMessage, WireRequest, type WireTool } from './wire.ts';

export function decodeRequest(body: JsonObject): Result<DecodedRequest, GatewayError> {
  const parsed = WireRequest.safeParse(body);
  if (!parsed.success) return err(wireProblem(parsed.error));
  const wire = parsed.data;
  const request: ChatRequest = {
    model: wire.model,
    messages: wire.messages.map(decodeMessage),
    stream: wire.stream === true,
    ...decodeSettings(wire),
    ...(wire.logprobs === true ? { logprobs: {} } : {}),
    ...decodeOutput(wire),
    ...decodeReasoning(wire),
    ...(wire.tools == null
      ? {}
      : { tools: wire.tools.map((tool) => decodeTool(tool, wire.strict_tools)) }),
    ...decodeChoice(wire),
    ...restIn(wire, 'request'),
  };
  return ok({ request, losses: [] });
}

const decodeSettings = (wire: WireRequest): Partial<ChatRequest> => ({
  ...(wire.max_tokens == null ? {} : { maxOutputTokens: wire.max_tokens }),
  ...(wire.temperature == null ? {} : { temperature: wire.temperature }),
  ...(wire.p == null ? {} : { topP: wire.p }),
  ...(wire.k == null ? {} : { topK: wire.k }),
  ...(wire.frequency_penalty == null ? {} : { frequencyPenalty: wire.frequency_penalty }),
  ...(wire.presence_penalty == null ? {} : { presencePenalty: wire.presence_penalty }),
  ...(wire.stop_sequences == null ? {} : { stopSequences: wire.stop_sequences }),
  ...(wire.seed == null ? {} : { seed: wire.seed }),
});

function decodeMessage(message: WireMessage): Message {
  switch (message.role) {
    case 'system':
    case 'user':
      return {
        role: message.role,
        content: decodeContent(message.content),
        ...restIn(message, 'message'),
      };
    case 'assistant': {
      const { content, unplaced } = decodeAssistant({
        blocks: message.content == null ? [] : decodeContent(message.content),
        plan: message.tool_plan,
        calls: (message.tool_calls ?? []).map(decodeCall),
        citations: message.citations ?? [],
      });
      return { role: 'assistant', content, ...restWith(message, unplaced) };
    }
    case 'tool':
      return {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            callId: message.tool_call_id,
            content: decodeContent(message.content).map((part) =>
              part.type === 'text' || part.type === 'media' || part.type === 'opaque'
                ? part
                : { type: 'opaque', dialect: DIALECT, raw: asJsonObject({ ...part }) },
            ),
          },
        ],
        ...restIn(message, 'message'),
      };
  }
}

/** What isn't known of a message, with the citations of it that have no place in the hub. */
export function restWith(
  message: { readonly [field: string]: unknown },
  unplaced: readonly JsonObject[],
): Pick<Message, 'rest'> {
  const { rest } = restIn(message, 'message');
  if (unplaced.length === 0) return rest === undefined ? {} : { rest };
  return { rest: { dialect: DIALECT, fields: { ...rest?.fields, citations: unplaced } } };
}

function decodeTool(tool: WireTool, strict: boolean | null | undefined): Tool {
  const { name, description, parameters } = tool.function;
  return {
    type: 'function',
    name,
    ...(description == null ? {} : { description }),
    ...(parameters == null ? {} : { parameters: asJsonObject(parameters) }),
    ...(strict === true ? { strict } : {}),
    ...restIn(tool, 'tool'),
  };
}

function decodeChoice({ tool_choice: choice }: WireRequest): Pick<ChatRequest, 'toolChoice'> {
  if (choice == null) return {};
  return { toolChoice: { type: choice === 'NONE' ? 'none' : 'required' } };
}

function decodeOutput({ response_format: format }: WireRequest): Pick<ChatRequest, 'output'> {
  if (format == null) return {};
  if (format.type === 'text') return { output: { type: 'text' } };
  if (format.json_schema == null) return { output: { type: 'json' } };
  return { output: { type: 'json-schema', schema: asJsonObject(format.json_schema) } };
}

function decodeReasoning({ thinking }: WireRequest): Pick<ChatRequest, 'reasoning'> {
  if (thinking == null) return {};
  if (thinking.type === 'disabled') return { reasoning: { enabled: false } };
  const { token_budget: budget } = thinking;
  return { reasoning: { enabled: true, ...(budget == null ? {} : { budgetTokens: budget }) } };
}
