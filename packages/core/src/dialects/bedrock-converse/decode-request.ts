import type { GatewayError } from '../../chat/error.ts';
import type { Message } from '../../chat/message.ts';
import type { ChatRequest } from '../../chat/request.ts';
import type { Tool } from '../../chat/tool.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import { err, ok, type Result } from '../../result.ts';
import type { DecodedRequest } from '../dialect.ts';
import { wireProblem } from '../wire-problem.ts';
import { cacheOf, decodeBlocks } from './decode-block.ts';
import { asJsonObject, DIALECT, restIn } from './known-fields.ts';
import { type WireMessage, WireRequest, type WireTool } from './wire.ts';

/** State in a client's own history: which provider made it, the body doesn't say. */
const ORIGIN = { provider: DIALECT };

export function decodeRequest(body: JsonObject): Result<DecodedRequest, GatewayError> {
  const parsed = WireRequest.safeParse(body);
  if (!parsed.success) return err(wireProblem(parsed.error));
  const wire = parsed.data;
  const output = decodeOutput(wire);
  if (!output.ok) return output;
  const system: readonly Message[] =
    wire.system == null || wire.system.length === 0
      ? []
      : [{ role: 'system', content: decodeBlocks(wire.system, ORIGIN) }];
  const request: ChatRequest = {
    model: wire.model,
    messages: [...system, ...wire.messages.flatMap(decodeMessage)],
    stream: wire.stream === true,
    ...decodeSettings(wire),
    ...output.value,
    ...decodeTools(wire),
    ...restIn(wire, 'request'),
  };
  return ok({ request, losses: [] });
}

function decodeSettings(wire: WireRequest): Partial<ChatRequest> {
  const { maxTokens, temperature, topP, stopSequences } = wire.inferenceConfig ?? {};
  const effort = wire.outputConfig?.effort;
  return {
    ...(maxTokens == null ? {} : { maxOutputTokens: maxTokens }),
    ...(temperature == null ? {} : { temperature }),
    ...(topP == null ? {} : { topP }),
    ...(stopSequences == null ? {} : { stopSequences }),
    ...(effort == null ? {} : { reasoning: { effort } }),
    ...(wire.requestMetadata == null ? {} : { metadata: wire.requestMetadata }),
    ...(wire.serviceTier == null ? {} : { serviceTier: wire.serviceTier.type }),
  };
}

/** The schema is text within the JSON here. */
function decodeOutput(wire: WireRequest): Result<Pick<ChatRequest, 'output'>, GatewayError> {
  const format = wire.outputConfig?.textFormat;
  if (format == null) return ok({});
  const { schema, name, description } = format.structure.jsonSchema;
  const parsed = parseJson(schema);
  if (!parsed.ok || !isJsonObject(parsed.value)) {
    const path = 'outputConfig.textFormat.structure.jsonSchema.schema';
    return err({ kind: 'invalid_request', path, detail: 'expected the JSON of a schema' });
  }
  return ok({
    output: {
      type: 'json-schema',
      ...(name == null ? {} : { name }),
      ...(description == null ? {} : { description }),
      schema: parsed.value,
    },
  });
}

/** Results of tools are messages of their own in the hub, one each. */
function decodeMessage({ role, content }: WireMessage): readonly Message[] {
  const messages: Message[] = [];
  let run: Message['content'][number][] = [];
  const endRun = (): void => {
    if (run.length > 0) messages.push({ role, content: run });
    run = [];
  };
  for (const part of decodeBlocks(content, ORIGIN)) {
    if (part.type === 'tool-result') {
      endRun();
      messages.push({ role: 'tool', content: [part] });
    } else run.push(part);
  }
  endRun();
  return messages.length === 0 ? [{ role, content: [] }] : messages;
}

function decodeTools({ toolConfig }: WireRequest): Pick<ChatRequest, 'tools' | 'toolChoice'> {
  if (toolConfig == null) return {};
  const tools: Tool[] = [];
  for (const wire of toolConfig.tools) {
    const last = tools.at(-1);
    if (wire.cachePoint !== undefined && last?.type === 'function') {
      tools.splice(-1, 1, { ...last, cache: cacheOf(wire.cachePoint) });
    } else tools.push(decodeTool(wire));
  }
  const { auto, any, tool } = toolConfig.toolChoice ?? {};
  return {
    tools,
    ...(auto === undefined ? {} : { toolChoice: { type: 'auto' } }),
    ...(any === undefined ? {} : { toolChoice: { type: 'required' } }),
    ...(tool === undefined ? {} : { toolChoice: { type: 'one', name: tool.name } }),
  };
}

function decodeTool(wire: WireTool): Tool {
  const { toolSpec: spec, systemTool } = wire;
  if (spec === undefined) {
    const name = systemTool?.name ?? '';
    return { type: 'server', name, dialect: DIALECT, raw: asJsonObject(wire) };
  }
  const { description, inputSchema, strict } = spec;
  return {
    type: 'function',
    name: spec.name,
    ...(description == null ? {} : { description }),
    ...(inputSchema.json === undefined ? {} : { parameters: asJsonObject(inputSchema.json) }),
    ...(strict == null ? {} : { strict }),
  };
}
