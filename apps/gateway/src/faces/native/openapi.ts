import * as wire from '@tollgate/core/dialects';
import * as z from 'zod';
import { createDocument, type ZodOpenApiResponsesObject } from 'zod-openapi';

export interface NativeOpenApiOptions {
  readonly version: string;
  readonly title?: string;
}

/** Named as the predecessor named them, for clients that were generated from its document. */
const SCHEMAS = {
  ChatCompletionRequest: wire.NativeChatRequest,
  ChatCompletionResponse: wire.NativeChatReply,
  Choice: wire.NativeChoice,
  ChoiceMessage: wire.NativeChoiceMessage,
  Content: wire.NativeContent,
  ContentPart: wire.NativeContentPart,
  Delta: wire.NativeDelta,
  FunctionDefinition: wire.NativeFunctionDefinition,
  ImageUrl: wire.NativeImageUrl,
  Message: wire.NativeMessage,
  NativeError: wire.NativeError,
  NativeErrorResponse: wire.NativeErrorReply,
  Role: wire.NativeRole,
  StopSequence: wire.NativeStopSequence,
  StreamChoice: wire.NativeStreamChoice,
  StreamChunk: wire.NativeStreamChunk,
  StreamError: wire.NativeStreamErrorEvent,
  Tier: wire.NativeTier,
  ToolCall: wire.NativeToolCall,
  ToolCallDelta: wire.NativeToolCallDelta,
  ToolCallFunction: wire.NativeToolCallFunction,
  ToolCallFunctionDelta: wire.NativeToolCallFunctionDelta,
  ToolChoice: wire.NativeToolChoice,
  ToolDefinition: wire.NativeToolDefinition,
  Usage: wire.NativeUsage,
};

const ModelList = z.looseObject({
  object: z.literal('list'),
  data: z.array(
    z.looseObject({
      id: z.string(),
      object: z.literal('model'),
      created: z.int(),
      owned_by: z.string(),
    }),
  ),
});

const CALL_HEADERS = {
  'x-tollgate-call': z
    .string()
    .meta({ description: 'The id of this call, as it stands in the ledger and in the log.' }),
  'server-timing': z.string().meta({
    description: "Milliseconds: Tollgate's own and, where one was asked, the provider's.",
  }),
};

const count = (description: string) =>
  z.string().regex(/^\d+$/).meta({ description }).exactOptional();

const LIMIT_HEADERS = {
  'x-ratelimit-limit': count('Requests a minute, for a key that has a limit.'),
  'x-ratelimit-remaining': count('Requests left in this minute.'),
  'x-ratelimit-reset': count('When the minute ends, in Unix seconds.'),
};

const ANSWER_HEADERS = {
  ...CALL_HEADERS,
  ...LIMIT_HEADERS,
  'x-tollgate-model': z.string().meta({ description: 'What answered, as provider/model.' }),
  'x-tollgate-tier': wire.NativeTier.exactOptional().meta({
    description: 'The tier that was served, when the request was for a tier.',
  }),
  'x-sentinel-model': z
    .string()
    .meta({ description: 'The model that answered, without its provider.' }),
  'x-sentinel-tier': wire.NativeTier.exactOptional().meta({
    description: 'The same as x-tollgate-tier.',
  }),
  'x-tollgate-dropped': z.string().exactOptional().meta({
    description: 'What was left out or changed on the way, by path.',
  }),
};

const RETRY_AFTER = { 'retry-after': count('Seconds to wait before another try, where known.') };

/** Every error has the one body; what differs is the headers. */
const failure = (description: string, headers: { readonly [name: string]: z.ZodType } = {}) => ({
  description,
  headers: z.object({ ...CALL_HEADERS, ...headers }),
  content: { 'application/json': { schema: wire.NativeErrorReply } },
});

const MODEL_ERRORS: ZodOpenApiResponsesObject = {
  401: failure('No key came, or one that is not valid.'),
  403: failure('The key may not do this.', LIMIT_HEADERS),
  405: failure('Another method than this path takes.', {
    allow: z.string().meta({ description: 'The methods it takes.' }),
  }),
  429: failure('Too many requests, or a quota that is used up.', {
    ...LIMIT_HEADERS,
    ...RETRY_AFTER,
  }),
  500: failure('A fault of the gateway.'),
  503: failure('Nothing can serve this right now.', { ...LIMIT_HEADERS, ...RETRY_AFTER }),
};

const CHAT_ERRORS: ZodOpenApiResponsesObject = {
  ...MODEL_ERRORS,
  400: failure('The request is not valid; the message names the JSON path.', LIMIT_HEADERS),
  404: failure('No such model.', LIMIT_HEADERS),
  409: failure('The provider refused the request as a conflict.', LIMIT_HEADERS),
  413: failure('The body is too large.', LIMIT_HEADERS),
  415: failure('The body is of a type or encoding that is not read.', LIMIT_HEADERS),
  422: failure('The provider refused the request.', LIMIT_HEADERS),
  502: failure('The provider failed, or sent what cannot be read.', LIMIT_HEADERS),
  504: failure('The provider took too long.', LIMIT_HEADERS),
};

/**
 * The native face's OpenAPI 3.1 document, made of the schemas that check its requests and describe
 * its replies. A pure function of its options.
 */
export function nativeOpenApi({
  version,
  title = 'Tollgate Native API (Sentinel-compatible)',
}: NativeOpenApiOptions): ReturnType<typeof createDocument> {
  return createDocument(
    {
      openapi: '3.1.0',
      info: { title, version, description: ABOUT },
      security: [{ bearer_auth: [] }],
      tags: [{ name: 'Chat' }, { name: 'Models' }],
      paths: {
        '/native/v1/chat/completions': { post: CHAT },
        '/native/v1/models': { get: MODELS },
      },
      components: {
        schemas: { ...SCHEMAS, ModelList },
        securitySchemes: {
          bearer_auth: {
            type: 'http',
            scheme: 'bearer',
            description: 'Also taken as x-api-key or x-goog-api-key.',
          },
        },
      },
    },
    { allowEmptySchema: { custom: true }, override: ({ jsonSchema }) => withoutNoise(jsonSchema) },
  );
}

/** Leaves out what says nothing: room for any other field, and the bounds of all integers. */
function withoutNoise(schema: {
  additionalProperties?: unknown;
  maximum?: unknown;
  minimum?: unknown;
}): void {
  const { additionalProperties: others } = schema;
  if (typeof others === 'object' && Object.keys(others ?? {}).length === 0) {
    delete schema.additionalProperties;
  }
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}

const ABOUT =
  'One way to talk to many models. Compatible with clients of the Sentinel Native API, and with the earlier contract that names a model.';

const CHAT = {
  operationId: 'createNativeChatCompletion',
  tags: ['Chat'],
  summary: 'Answer a conversation',
  description:
    'Exactly one of `model` and `tier` says what answers; an operator may set a tier for requests that name neither. Unknown fields at the top level are refused; deeper ones are left out and named in `x-tollgate-dropped`.',
  requestParams: {
    header: z.object({
      'x-tollgate-strict': z.literal('true').exactOptional().meta({
        description: 'Refuses a request of which anything would be left out or changed.',
      }),
    }),
  },
  requestBody: {
    required: true,
    content: { 'application/json': { schema: wire.NativeChatRequest } },
  },
  responses: {
    200: {
      description: 'The answer: whole or, when `stream` is true, as server-sent events.',
      headers: z.object(ANSWER_HEADERS),
      content: {
        'application/json': { schema: wire.NativeChatReply },
        'text/event-stream': {
          schema: z.union([wire.NativeStreamChunk, wire.NativeStreamErrorEvent]).meta({
            description:
              'The data of one event. The last chunk carries `usage`, then comes `[DONE]`. An error ends the stream without it.',
          }),
        },
      },
    },
    ...CHAT_ERRORS,
  },
};

const MODELS = {
  operationId: 'listNativeModels',
  tags: ['Models'],
  summary: 'List the models that this key may use',
  responses: {
    200: {
      description: 'The models.',
      headers: z.object({ ...CALL_HEADERS, ...LIMIT_HEADERS }),
      content: { 'application/json': { schema: ModelList } },
    },
    ...MODEL_ERRORS,
  },
};
