import * as z from 'zod';

/**
 * The Converse API as clients send it, with the model and whether to stream, which stand in the
 * address, beside the fields of the body. Known fields are checked, unknown ones kept.
 * Source: the types of the official client, @aws-sdk/client-bedrock-runtime 3.1164.
 */

const CachePoint = z.looseObject({ ttl: z.string().nullish() });

const Source = z.looseObject({
  bytes: z.string().optional(),
  text: z.string().optional(),
  s3Location: z.looseObject({ uri: z.string() }).optional(),
});

export const Media = z.looseObject({
  format: z.string().optional(),
  name: z.string().optional(),
  source: Source,
});
export type WireMedia = z.infer<typeof Media>;

const media = {
  image: Media.optional(),
  document: Media.optional(),
  video: Media.optional(),
  audio: Media.optional(),
};

/** One of its fields says what it is; a block without a known one is kept as it is. */
const ResultBlock = z.looseObject({ text: z.string().optional(), ...media });

const ToolResult = z.looseObject({
  toolUseId: z.string(),
  content: z.array(ResultBlock),
  status: z.string().nullish(),
  type: z.string().nullish(),
});
export type WireToolResult = z.infer<typeof ToolResult>;

const Citations = z.looseObject({
  content: z.array(z.looseObject({ text: z.string().optional() })).nullish(),
  citations: z.array(z.unknown()).nullish(),
});

const Reasoning = z.looseObject({
  reasoningText: z.looseObject({ text: z.string(), signature: z.string().nullish() }).optional(),
  redactedContent: z.string().optional(),
});

export const ContentBlock = z.looseObject({
  text: z.string().optional(),
  ...media,
  toolUse: z
    .looseObject({
      toolUseId: z.string(),
      name: z.string(),
      input: z.unknown().optional(),
      type: z.string().nullish(),
    })
    .optional(),
  toolResult: ToolResult.optional(),
  reasoningContent: Reasoning.optional(),
  citationsContent: Citations.optional(),
  cachePoint: CachePoint.optional(),
});
export type ContentBlock = z.infer<typeof ContentBlock>;

const WireMessage = z.looseObject({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.array(ContentBlock),
});
export type WireMessage = z.infer<typeof WireMessage>;

const WireTool = z.looseObject({
  toolSpec: z
    .looseObject({
      name: z.string().min(1),
      description: z.string().nullish(),
      inputSchema: z.looseObject({ json: z.looseObject({}).optional() }),
      strict: z.boolean().nullish(),
    })
    .optional(),
  systemTool: z.looseObject({ name: z.string() }).optional(),
  cachePoint: CachePoint.optional(),
});
export type WireTool = z.infer<typeof WireTool>;

const ToolChoice = z.looseObject({
  auto: z.looseObject({}).optional(),
  any: z.looseObject({}).optional(),
  tool: z.looseObject({ name: z.string().min(1) }).optional(),
});

export const WireRequest = z.looseObject({
  model: z.string().min(1),
  stream: z.boolean().nullish(),
  messages: z.array(WireMessage).min(1),
  system: z.array(ContentBlock).nullish(),
  inferenceConfig: z
    .looseObject({
      maxTokens: z.int().nonnegative().nullish(),
      temperature: z.number().nullish(),
      topP: z.number().nullish(),
      stopSequences: z.array(z.string()).nullish(),
    })
    .nullish(),
  toolConfig: z
    .looseObject({ tools: z.array(WireTool), toolChoice: ToolChoice.nullish() })
    .nullish(),
  requestMetadata: z.record(z.string(), z.string()).nullish(),
  serviceTier: z.looseObject({ type: z.string() }).nullish(),
  outputConfig: z
    .looseObject({
      textFormat: z
        .looseObject({
          type: z.literal('json_schema'),
          structure: z.looseObject({
            jsonSchema: z.looseObject({
              schema: z.string(),
              name: z.string().nullish(),
              description: z.string().nullish(),
            }),
          }),
        })
        .nullish(),
      effort: z.string().nullish(),
    })
    .nullish(),
});
export type WireRequest = z.infer<typeof WireRequest>;
