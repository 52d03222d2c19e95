import * as z from 'zod';
import { Json, JsonMap } from './json.ts';
import { HubRest } from './rest.ts';
import { Count } from './usage.ts';

export const HubCacheMark = z.strictObject({ lifetime: z.enum(['5m', '1h']).exactOptional() });

export const HubProviderState = z.strictObject({
  origin: z.strictObject({
    provider: z.string(),
    account: z.string().exactOptional(),
    model: z.string().exactOptional(),
  }),
  kind: z.enum(['signature', 'encrypted', 'thought-signature', 'item-id']),
  data: z.string(),
});

const PART = {
  cache: HubCacheMark.exactOptional(),
  state: z.array(HubProviderState).readonly().exactOptional(),
  rest: HubRest.exactOptional(),
};

const TOKEN = {
  token: z.string(),
  logprob: z.number(),
  bytes: z.array(z.int().min(0).max(255)).readonly().nullable().exactOptional(),
};

export const HubTokenLogprob = z.strictObject({
  ...TOKEN,
  top: z.array(z.strictObject(TOKEN)).readonly().exactOptional(),
});

export const HubAnnotation = z.strictObject({
  kind: z.enum(['url-citation', 'document-citation', 'other']),
  start: Count.exactOptional(),
  end: Count.exactOptional(),
  url: z.string().exactOptional(),
  title: z.string().exactOptional(),
  citedText: z.string().exactOptional(),
  raw: z.strictObject({ dialect: z.string(), value: Json }).exactOptional(),
});

export const HubTextPart = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  annotations: z.array(HubAnnotation).readonly().exactOptional(),
  logprobs: z.array(HubTokenLogprob).readonly().exactOptional(),
  ...PART,
});

export const MediaKind = z.enum(['image', 'audio', 'file', 'video']);

export const HubMediaSource = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('url'), url: z.string() }),
  z.strictObject({ type: z.literal('base64'), data: z.string() }),
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({
    type: z.literal('provider-file'),
    id: z.string(),
    dialect: z.string().exactOptional(),
  }),
]);

export const HubMediaPart = z.strictObject({
  type: z.literal('media'),
  kind: MediaKind,
  source: HubMediaSource,
  mediaType: z.string().exactOptional(),
  name: z.string().exactOptional(),
  detail: z.string().exactOptional(),
  transcript: z.string().exactOptional(),
  ...PART,
});

export const HubReasoningPart = z.strictObject({
  type: z.literal('reasoning'),
  text: z.string().exactOptional(),
  form: z.enum(['full', 'summary']).exactOptional(),
  ...PART,
});

export const HubToolCallPart = z.strictObject({
  type: z.literal('tool-call'),
  id: z.string(),
  name: z.string(),
  argumentsJson: z.string(),
  isCustom: z.literal(true).exactOptional(),
  ...PART,
});

const McpOutcome = z.strictObject({
  text: z.string(),
  isError: z.literal(true).exactOptional(),
});

export const HubSharedTurn = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('mcp-call'),
    server: z.string(),
    tool: z.string(),
    argumentsJson: z.string(),
    outcome: McpOutcome.exactOptional(),
  }),
  z.strictObject({ kind: z.literal('mcp-result'), outcome: McpOutcome }),
]);

const SERVER_TOOL = {
  type: z.literal('server-tool'),
  role: z.enum(['call', 'result']),
  id: z.string().exactOptional(),
  name: z.string(),
  dialect: z.string(),
  raw: JsonMap,
  shared: HubSharedTurn.exactOptional(),
};

const OPAQUE = { type: z.literal('opaque'), dialect: z.string(), raw: Json };

export const HubServerToolPart = z.strictObject({ ...SERVER_TOOL, ...PART });
export const HubOpaquePart = z.strictObject({ ...OPAQUE, ...PART });

/** As they begin in a stream: whole, but for what comes as deltas. */
export const HubServerToolStart = z.strictObject({ ...SERVER_TOOL, rest: PART.rest });
export const HubOpaqueStart = z.strictObject({ ...OPAQUE, rest: PART.rest });

export const HubRefusalPart = z.strictObject({
  type: z.literal('refusal'),
  text: z.string(),
  ...PART,
});

export const HubToolResultPart = z.strictObject({
  type: z.literal('tool-result'),
  callId: z.string(),
  name: z.string().exactOptional(),
  content: z
    .array(z.discriminatedUnion('type', [HubTextPart, HubMediaPart, HubOpaquePart]))
    .readonly(),
  isError: z.boolean().exactOptional(),
  ...PART,
});

export const HubContentPart = z.discriminatedUnion('type', [
  HubTextPart,
  HubMediaPart,
  HubReasoningPart,
  HubToolCallPart,
  HubToolResultPart,
  HubServerToolPart,
  HubRefusalPart,
  HubOpaquePart,
]);
