import * as z from 'zod';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';

/**
 * `generateContent` as clients send it, in camel case. Known fields are checked, unknown ones kept.
 * `model` and `stream` stand in the address on this wire: a face puts them beside the body's fields,
 * and whoever sends a request takes them out again.
 * Source: the types of the official client, @google/genai 3.1.
 */

/** Where a list stands, the API takes its one item too; its own examples write it so. */
const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) ? [value] : value,
    z.array(item),
  );

/** The client's own, kept as it is: zod would leave out a field that is called `__proto__`. */
const Own = z.custom<JsonObject>(isJsonObject, { error: 'expected an object' });

const Described = { mimeType: z.string().nullish(), displayName: z.string().nullish() };
const Blob = z.looseObject({ ...Described, data: z.string() });
const FileData = z.looseObject({ ...Described, fileUri: z.string().min(1) });

const FunctionCall = z.looseObject({
  id: z.string().nullish(),
  name: z.string().min(1),
  args: Own.nullish(),
});

const FunctionResponsePart = z.looseObject({
  inlineData: Blob.nullish(),
  fileData: FileData.nullish(),
});

const FunctionResponse = z.looseObject({
  id: z.string().nullish(),
  name: z.string().min(1),
  response: Own.nullish(),
  parts: listOf(FunctionResponsePart).nullish(),
});
export type FunctionResponse = z.infer<typeof FunctionResponse>;

export const WirePart = z.looseObject({
  text: z.string().nullish(),
  thought: z.boolean().nullish(),
  thoughtSignature: z.string().nullish(),
  inlineData: Blob.nullish(),
  fileData: FileData.nullish(),
  functionCall: FunctionCall.nullish(),
  functionResponse: FunctionResponse.nullish(),
});
export type WirePart = z.infer<typeof WirePart>;

const Content = z.looseObject({
  role: z.enum(['user', 'model', 'function', 'tool']).nullish(),
  parts: listOf(WirePart).nullish(),
});
export type WireContent = z.infer<typeof Content>;

const SystemInstruction = z.union([
  z.string(),
  z.looseObject({ parts: listOf(WirePart).nullish() }),
]);

const FunctionDeclaration = z.looseObject({
  name: z.string().min(1),
  description: z.string().nullish(),
  parameters: Own.nullish(),
  parametersJsonSchema: Own.nullish(),
});
export type FunctionDeclaration = z.infer<typeof FunctionDeclaration>;

const WireTool = z.looseObject({ functionDeclarations: listOf(FunctionDeclaration).nullish() });
export type WireTool = z.infer<typeof WireTool>;

const ToolConfig = z.looseObject({
  functionCallingConfig: z
    .looseObject({
      mode: z.string().nullish(),
      allowedFunctionNames: z.array(z.string()).nullish(),
    })
    .nullish(),
});

const ThinkingConfig = z.looseObject({
  includeThoughts: z.boolean().nullish(),
  thinkingBudget: z.int().min(-1).nullish(),
  thinkingLevel: z.string().nullish(),
});

const GenerationConfig = z.looseObject({
  temperature: z.number().min(0).max(2).nullish(),
  topP: z.number().min(0).max(1).nullish(),
  topK: z.number().nonnegative().nullish(),
  maxOutputTokens: z.int().nonnegative().nullish(),
  stopSequences: z.array(z.string()).nullish(),
  candidateCount: z.int().positive().nullish(),
  seed: z.int().nullish(),
  presencePenalty: z.number().nullish(),
  frequencyPenalty: z.number().nullish(),
  responseMimeType: z.string().nullish(),
  responseSchema: Own.nullish(),
  responseJsonSchema: Own.nullish(),
  responseLogprobs: z.boolean().nullish(),
  logprobs: z.int().nonnegative().nullish(),
  responseModalities: z.array(z.string()).nullish(),
  speechConfig: z.looseObject({}).nullish(),
  thinkingConfig: ThinkingConfig.nullish(),
});
export type GenerationConfig = z.infer<typeof GenerationConfig>;

export const WireRequest = z.looseObject({
  model: z.string().min(1),
  stream: z.boolean().nullish(),
  contents: listOf(Content).check(z.minLength(1)),
  systemInstruction: SystemInstruction.nullish(),
  tools: listOf(WireTool).nullish(),
  toolConfig: ToolConfig.nullish(),
  generationConfig: GenerationConfig.nullish(),
  serviceTier: z.string().nullish(),
  store: z.boolean().nullish(),
});
export type WireRequest = z.infer<typeof WireRequest>;
