import { encodeNativeError, native } from '@tollgate/core/dialects';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { nativeOpenApi } from './openapi.ts';

const document = z
  .looseObject({
    openapi: z.string(),
    info: z.looseObject({ title: z.string(), version: z.string() }),
    paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string() }))),
    components: z.looseObject({
      schemas: z.record(z.string(), z.record(z.string(), z.unknown())),
      securitySchemes: z.record(z.string(), z.unknown()),
    }),
  })
  .parse(JSON.parse(JSON.stringify(nativeOpenApi({ version: '9.8.7' }))));

const Responses = z.record(
  z.string(),
  z.looseObject({
    headers: z.record(z.string(), z.unknown()),
    content: z.record(z.string(), z.unknown()),
  }),
);

const chat = Responses.parse(
  document.paths['/native/v1/chat/completions']?.['post']?.['responses'],
);

/** The schema of that name as a check, its references resolved within the document. */
function schemaOf(name: string): z.ZodType {
  const { schemas } = document.components;
  const resolved = JSON.parse(
    JSON.stringify({ $ref: `#/$defs/${name}`, $defs: schemas }).replaceAll(
      '#/components/schemas/',
      '#/$defs/',
    ),
  );
  return z.fromJSONSchema(resolved);
}

describe("the native face's OpenAPI document", () => {
  it('says what it is, where the predecessor’s clients look for it', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({
      version: '9.8.7',
      title: expect.stringContaining('Sentinel'),
    });
    expect(Object.keys(document.paths)).toEqual([
      '/native/v1/chat/completions',
      '/native/v1/models',
    ]);
    expect(document.components.securitySchemes['bearer_auth']).toMatchObject({ scheme: 'bearer' });
  });

  it('has a schema of every name that the predecessor had and really used', () => {
    const names =
      'ChatCompletionRequest ChatCompletionResponse Choice ChoiceMessage Content ContentPart Delta FunctionDefinition ImageUrl Message NativeError NativeErrorResponse Role StopSequence StreamChoice StreamChunk Tier ToolCall ToolCallDelta ToolCallFunction ToolCallFunctionDelta ToolDefinition Usage';
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(names.split(' ')),
    );
    expect(
      Object.keys(document.components.schemas).filter((name) => name.endsWith('Output')),
    ).toEqual([]);
    expect(document.components.schemas['ChatCompletionRequest']).toMatchObject({
      additionalProperties: false,
      required: ['messages'],
    });
  });

  it('tells every status that the face sends, with body and headers', () => {
    const statuses = [
      '200',
      '400',
      '401',
      '403',
      '404',
      '405',
      '409',
      '413',
      '415',
      '422',
      '429',
      '500',
      '502',
      '503',
      '504',
    ];
    expect(Object.keys(chat).sort()).toEqual(statuses);
    expect(Object.keys(chat['200']?.content ?? {})).toEqual([
      'application/json',
      'text/event-stream',
    ]);
    expect(Object.keys(chat['200']?.headers ?? {})).toEqual(
      expect.arrayContaining([
        'x-tollgate-call',
        'x-tollgate-model',
        'x-tollgate-tier',
        'x-sentinel-model',
        'x-sentinel-tier',
        'x-tollgate-dropped',
        'x-ratelimit-limit',
        'server-timing',
      ]),
    );
    expect(chat['429']?.headers).toHaveProperty('retry-after');
    expect(chat['503']?.headers).toHaveProperty('retry-after');
    expect(chat['405']?.headers).toHaveProperty('allow');
  });

  it('describes replies and errors as they are really written', () => {
    const { value } = native.encodeReply(
      {
        id: 'x',
        model: 'm',
        choices: [
          {
            stopReason: 'tool-calls',
            content: [{ type: 'tool-call', id: 'a', name: 'f', argumentsJson: '{}' }],
          },
        ],
      },
      { replyId: 'r', created: 1, model: 'm', includeUsage: true },
    );
    expect(schemaOf('ChatCompletionResponse').safeParse(value).error).toBeUndefined();
    const error = encodeNativeError({ kind: 'provider_unreachable', provider: 'p' });
    expect(schemaOf('NativeErrorResponse').safeParse(error.body).error).toBeUndefined();
    expect(schemaOf('ChatCompletionResponse').safeParse(error.body).success).toBe(false);
  });

  it('is the same however often it is made', () => {
    expect(nativeOpenApi({ version: '1', title: 't' })).toEqual(
      nativeOpenApi({ version: '1', title: 't' }),
    );
  });
});
