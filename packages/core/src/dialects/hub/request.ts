import * as z from 'zod';
import type { GatewayError } from '../../chat/error.ts';
import type { Message } from '../../chat/message.ts';
import type { ChatRequest } from '../../chat/request.ts';
import { err, ok, type Result } from '../../result.ts';
import { wireProblem } from '../wire-problem.ts';
import { HubCacheMark, HubContentPart } from './content-part.ts';
import { Json, JsonMap } from './json.ts';
import { HubRest } from './rest.ts';
import { Count } from './usage.ts';
import { HUB_VERSION, Version } from './version.ts';

export const HubMessage = z.strictObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.array(HubContentPart).readonly(),
  name: z.string().exactOptional(),
  cache: HubCacheMark.exactOptional(),
  rest: HubRest.exactOptional(),
});

const HubSharedTool = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('web-search'),
    allowedDomains: z.array(z.string()).readonly().exactOptional(),
    blockedDomains: z.array(z.string()).readonly().exactOptional(),
    maxUses: Count.exactOptional(),
    contextSize: z.string().exactOptional(),
    place: z
      .strictObject({
        city: z.string().exactOptional(),
        country: z.string().exactOptional(),
        region: z.string().exactOptional(),
        timezone: z.string().exactOptional(),
      })
      .exactOptional(),
  }),
  z.strictObject({ kind: z.literal('code-execution') }),
  z.strictObject({
    kind: z.literal('mcp'),
    label: z.string(),
    url: z.string(),
    serverDescription: z.string().exactOptional(),
    authorization: z.string().exactOptional(),
    headers: z.record(z.string(), z.string()).readonly().exactOptional(),
    allowedTools: z.array(z.string()).readonly().exactOptional(),
    deniedTools: z.array(z.string()).readonly().exactOptional(),
    asksFirst: z.boolean().exactOptional(),
  }),
]);

export const HubTool = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function'),
    name: z.string().min(1),
    description: z.string().exactOptional(),
    parameters: JsonMap.exactOptional(),
    strict: z.boolean().exactOptional(),
    cache: HubCacheMark.exactOptional(),
    rest: HubRest.exactOptional(),
  }),
  z.strictObject({
    type: z.literal('server'),
    name: z.string().min(1),
    dialect: z.string(),
    raw: JsonMap,
    shared: HubSharedTool.exactOptional(),
    rest: HubRest.exactOptional(),
  }),
]);

export const HubToolChoice = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('auto') }),
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('required') }),
  z.strictObject({ type: z.literal('one'), name: z.string() }),
  z.strictObject({
    type: z.literal('allowed'),
    mode: z.enum(['auto', 'required']),
    names: z.array(z.string()).readonly(),
  }),
]);

export const HubReasoningSettings = z.strictObject({
  enabled: z.boolean().exactOptional(),
  effort: z.string().exactOptional(),
  budgetTokens: Count.exactOptional(),
  adaptive: z.boolean().exactOptional(),
  visibility: z.enum(['hidden', 'summary', 'full']).exactOptional(),
});

export const HubOutputFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json') }),
  z.strictObject({
    type: z.literal('json-schema'),
    name: z.string().exactOptional(),
    description: z.string().exactOptional(),
    schema: JsonMap,
    strict: z.boolean().exactOptional(),
  }),
]);

/** A request for a chat completion, as the hub knows it. Unknown fields are refused. */
export const HubChatRequest = z.strictObject({
  version: Version,
  /** `provider/model`, an alias, or a bare name that only one provider is known to serve. */
  model: z.string().min(1),
  messages: z.array(HubMessage).readonly(),
  /** Absent: false. A procedure that streams sets it itself. */
  stream: z.boolean().exactOptional(),

  maxOutputTokens: Count.exactOptional(),
  temperature: z.number().min(0).exactOptional(),
  topP: z.number().min(0).max(1).exactOptional(),
  topK: Count.exactOptional(),
  minP: z.number().min(0).max(1).exactOptional(),
  frequencyPenalty: z.number().exactOptional(),
  presencePenalty: z.number().exactOptional(),
  repetitionPenalty: z.number().exactOptional(),
  stopSequences: z.array(z.string()).readonly().exactOptional(),
  n: z.int().min(1).max(128).exactOptional(),
  seed: z.int().exactOptional(),
  logprobs: z.strictObject({ top: Count.exactOptional() }).exactOptional(),
  logitBias: z.record(z.string(), z.number()).exactOptional(),

  reasoning: HubReasoningSettings.exactOptional(),
  output: HubOutputFormat.exactOptional(),
  verbosity: z.string().exactOptional(),
  modalities: z
    .array(z.enum(['text', 'audio', 'image']))
    .readonly()
    .exactOptional(),
  audio: z.strictObject({ voice: Json, format: z.string() }).exactOptional(),

  tools: z.array(HubTool).readonly().exactOptional(),
  toolChoice: HubToolChoice.exactOptional(),
  parallelToolCalls: z.boolean().exactOptional(),

  serviceTier: z.string().exactOptional(),
  metadata: z.record(z.string(), z.string()).exactOptional(),
  endUser: z.string().exactOptional(),
  cacheKey: z.string().exactOptional(),
  store: z.boolean().exactOptional(),
  rest: HubRest.exactOptional(),
});
export type HubChatRequest = z.infer<typeof HubChatRequest>;

/** The request that a client means: checked in shape, and that each tool's result has its call. */
export function decodeHubRequest(value: unknown): Result<ChatRequest, GatewayError> {
  const parsed = HubChatRequest.safeParse(value);
  if (!parsed.success) return err(wireProblem(parsed.error, Object.keys(HubChatRequest.shape)));
  const { version: _version, stream = false, ...request } = parsed.data;
  const problem = checkToolResults(request.messages);
  return problem === undefined ? ok({ ...request, stream }) : err(problem);
}

export const encodeHubRequest = (request: ChatRequest): HubChatRequest => ({
  version: HUB_VERSION,
  ...request,
});

function checkToolResults(messages: readonly Message[]): GatewayError | undefined {
  const called = new Set<string>();
  for (const [index, message] of messages.entries()) {
    for (const [at, part] of message.content.entries()) {
      if (part.type === 'tool-call') called.add(part.id);
      if (part.type !== 'tool-result' || called.has(part.callId)) continue;
      return {
        kind: 'invalid_request',
        path: `messages[${index}].content[${at}].callId`,
        detail: `no earlier message has a tool call with the id "${part.callId.slice(0, 128)}"`,
      };
    }
  }
  return undefined;
}
