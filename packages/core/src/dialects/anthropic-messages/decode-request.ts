import type { GatewayError } from '../../chat/error.ts';
import type { Message } from '../../chat/message.ts';
import type { ChatRequest, ReasoningSettings } from '../../chat/request.ts';
import type { Tool } from '../../chat/tool.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { err, ok, type Result } from '../../result.ts';
import type { DecodedRequest } from '../dialect.ts';
import { wireProblem } from '../wire-problem.ts';
import { cacheOf, decodeBlock } from './decode-block.ts';
import { KNOWN, KNOWN_THINKING } from './known-fields.ts';
import { serverName, withServers } from './mcp-server.ts';
import { asJsonObject, DIALECT, restOf } from './rest.ts';
import { sharedTool } from './shared-tools.ts';
import { type ContentBlock, type WireMessage, WireRequest, type WireTool } from './wire.ts';

/** State in a client's own history: which provider made it, the body doesn't say. */
const ORIGIN = { provider: DIALECT };

export function decodeRequest(body: JsonObject): Result<DecodedRequest, GatewayError> {
  const parsed = WireRequest.safeParse(body);
  if (!parsed.success) return err(wireProblem(parsed.error));
  const wire = parsed.data;
  const orphan = findOrphanResult(wire.messages);
  if (orphan !== undefined) return err(orphan);
  const request: ChatRequest = {
    model: wire.model,
    messages: [...decodeSystem(wire.system), ...wire.messages.flatMap(decodeMessage)],
    stream: wire.stream === true,
    maxOutputTokens: wire.max_tokens,
    ...(wire.temperature == null ? {} : { temperature: wire.temperature }),
    ...(wire.top_p == null ? {} : { topP: wire.top_p }),
    ...(wire.top_k == null ? {} : { topK: wire.top_k }),
    ...(wire.stop_sequences == null ? {} : { stopSequences: wire.stop_sequences }),
    ...decodeReasoning(wire),
    ...decodeOutput(wire),
    ...decodeTools(wire),
    ...decodeToolChoice(wire.tool_choice),
    ...(wire.metadata?.user_id == null ? {} : { endUser: wire.metadata.user_id }),
    ...decodeServiceTier(wire.service_tier),
    ...restOf(restFields(wire), KNOWN.request),
  };
  return ok({ request, losses: [] });
}

/** Of the fields that are objects, what of them we have no word for. */
function restFields(wire: WireRequest): { readonly [field: string]: unknown } {
  const { thinking, output_config: output, metadata, ...others } = wire;
  const isOwnForm = thinking != null && !KNOWN_THINKING.includes(thinking.type);
  const unknownThinking = isOwnForm
    ? thinking
    : restOf(thinking ?? {}, KNOWN.thinkingSetting).rest?.fields;
  const unknownOutput = restOf(output ?? {}, KNOWN.output).rest?.fields;
  const unknownMetadata = restOf(metadata ?? {}, KNOWN.metadata).rest?.fields;
  return {
    ...others,
    ...(unknownThinking === undefined ? {} : { thinking: unknownThinking }),
    ...(unknownOutput === undefined ? {} : { output_config: unknownOutput }),
    ...(unknownMetadata === undefined ? {} : { metadata: unknownMetadata }),
  };
}

function decodeSystem(system: WireRequest['system']): readonly Message[] {
  if (system == null) return [];
  return [{ role: 'system', content: decodeContent(system) }];
}

const decodeContent = (content: string | readonly ContentBlock[]): Message['content'] =>
  typeof content === 'string'
    ? [{ type: 'text', text: content }]
    : content.map((block) => decodeBlock(block, ORIGIN));

/**
 * A user's turn may hold results of tools, which are messages of their own in the hub: one each, the
 * other blocks around them staying in their order.
 */
function decodeMessage(message: WireMessage): readonly Message[] {
  const { rest } = restOf(message, KNOWN.message);
  const messages: Message[] = [];
  let run: Message['content'][number][] = [];
  const endRun = (): void => {
    if (run.length > 0) messages.push({ role: message.role, content: run });
    run = [];
  };
  for (const part of decodeContent(message.content)) {
    if (part.type === 'tool-result') {
      endRun();
      messages.push({ role: 'tool', content: [part] });
    } else run.push(part);
  }
  endRun();
  const last = messages.pop() ?? { role: message.role, content: [] };
  return [...messages, rest === undefined ? last : { ...last, rest }];
}

function findOrphanResult(messages: readonly WireMessage[]): GatewayError | undefined {
  const calls = new Set<string>();
  for (const [at, { content }] of messages.entries()) {
    if (typeof content === 'string') continue;
    for (const [index, block] of content.entries()) {
      if (block.type === 'tool_use') calls.add(block.id);
      if (block.type === 'tool_result' && !calls.has(block.tool_use_id)) {
        return {
          kind: 'invalid_request',
          path: `messages[${at}].content[${index}].tool_use_id`,
          detail: 'no tool_use block with this id comes before it',
        };
      }
    }
  }
  return undefined;
}

function decodeTools({ tools, mcp_servers: servers }: WireRequest): Pick<ChatRequest, 'tools'> {
  if (tools == null && servers == null) return {};
  const listed = withServers((tools ?? []).map(asJsonObject), (servers ?? []).map(asJsonObject));
  return { tools: listed.map((tool, index) => decodeTool(tools?.[index] ?? {}, tool)) };
}

function decodeTool(tool: WireTool, raw: JsonObject): Tool {
  const { type, name } = tool;
  if (name === undefined || (type != null && type !== 'custom')) {
    const own = serverName(raw) ?? name ?? type ?? '';
    return { type: 'server', name: own, dialect: DIALECT, raw, ...sharedTool(raw) };
  }
  return {
    type: 'function',
    name,
    ...(tool.description == null ? {} : { description: tool.description }),
    ...(tool.input_schema === undefined ? {} : { parameters: asJsonObject(tool.input_schema) }),
    ...(tool.strict == null ? {} : { strict: tool.strict }),
    ...cacheOf(tool.cache_control),
    ...restOf(tool, KNOWN.tool),
  };
}

const VISIBILITY: ReadonlyMap<string, 'summary' | 'hidden'> = new Map([
  ['summarized', 'summary'],
  ['omitted', 'hidden'],
]);

function decodeReasoning(wire: WireRequest): { readonly reasoning?: ReasoningSettings } {
  const { thinking } = wire;
  const effort = wire.output_config?.effort;
  const type = thinking?.type ?? '';
  const visibility = VISIBILITY.get(thinking?.display ?? '');
  const reasoning: ReasoningSettings = {
    ...(type === 'enabled' || type === 'adaptive' ? { enabled: true } : {}),
    ...(type === 'disabled' ? { enabled: false } : {}),
    ...(type === 'adaptive' ? { adaptive: true } : {}),
    ...(type === 'enabled' && thinking?.budget_tokens != null
      ? { budgetTokens: thinking.budget_tokens }
      : {}),
    ...(effort == null ? {} : { effort }),
    ...(visibility === undefined ? {} : { visibility }),
  };
  return Object.keys(reasoning).length === 0 ? {} : { reasoning };
}

/** The word of the hub, and of the others, for what is served without a priority. */
const decodeServiceTier = (tier: WireRequest['service_tier']): Pick<ChatRequest, 'serviceTier'> =>
  tier == null ? {} : { serviceTier: tier === 'standard_only' ? 'default' : tier };

function decodeOutput(wire: WireRequest): Pick<ChatRequest, 'output'> {
  const format = wire.output_config?.format;
  if (format == null) return {};
  return { output: { type: 'json-schema', schema: asJsonObject(format.schema) } };
}

function decodeToolChoice(
  choice: WireRequest['tool_choice'],
): Pick<ChatRequest, 'toolChoice' | 'parallelToolCalls'> {
  if (choice == null) return {};
  if (choice.type === 'none') return { toolChoice: { type: 'none' } };
  const oneAtATime = choice.disable_parallel_tool_use;
  const parallel = oneAtATime == null ? {} : { parallelToolCalls: !oneAtATime };
  switch (choice.type) {
    case 'auto':
      return { toolChoice: { type: 'auto' }, ...parallel };
    case 'any':
      return { toolChoice: { type: 'required' }, ...parallel };
    case 'tool':
      return { toolChoice: { type: 'one', name: choice.name }, ...parallel };
  }
}
