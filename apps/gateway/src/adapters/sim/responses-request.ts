import { err, ok, type Result } from '@tollgate/core';
import type { ChatRequest, GatewayError, Message, ToolChoice } from '@tollgate/core/chat';
import { wireProblem } from '@tollgate/core/dialects';
import type { JsonObject } from '@tollgate/core/json';
import * as z from 'zod';

const Text = z.union([
  z.string(),
  z.array(z.looseObject({ type: z.string(), text: z.string().nullish() })),
]);

const Spoken = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: Text,
});
const Called = z.looseObject({ call_id: z.string(), name: z.string(), arguments: z.string() });
const Returned = z.looseObject({ call_id: z.string(), output: Text });

const Tool = z.looseObject({
  type: z.string(),
  name: z.string().nullish(),
  parameters: z.record(z.string(), z.json()).nullish(),
});

const ResponsesRequest = z.looseObject({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(z.looseObject({}))]).nullish(),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  max_output_tokens: z.int().positive().nullish(),
  tools: z.array(Tool).nullish(),
  tool_choice: z
    .union([z.enum(['none', 'auto', 'required']), z.looseObject({ name: z.string().nullish() })])
    .nullish(),
});

const textOf = (text: z.infer<typeof Text>): string =>
  typeof text === 'string' ? text : text.map((part) => part.text ?? '').join('');

/** Items of other kinds are a real provider's business, and left out. */
function messageOf(item: unknown): readonly Message[] {
  const spoken = Spoken.safeParse(item);
  if (spoken.success) {
    const { role, content } = spoken.data;
    return [{ role, content: [{ type: 'text', text: textOf(content) }] }];
  }
  const called = Called.safeParse(item);
  if (called.success) {
    const { call_id: id, name, arguments: argumentsJson } = called.data;
    return [{ role: 'assistant', content: [{ type: 'tool-call', id, name, argumentsJson }] }];
  }
  const returned = Returned.safeParse(item);
  if (!returned.success) return [];
  const { call_id: callId, output } = returned.data;
  const content = [{ type: 'text', text: textOf(output) } as const];
  return [{ role: 'tool', content: [{ type: 'tool-result', callId, content }] }];
}

function choiceOf(choice: z.infer<typeof ResponsesRequest>['tool_choice']): ToolChoice | undefined {
  if (choice === null || choice === undefined) return undefined;
  if (typeof choice === 'string') return { type: choice };
  return typeof choice.name === 'string'
    ? { type: 'one', name: choice.name }
    : { type: 'required' };
}

/** As much of the Responses API as the simulated provider answers to: text, and function tools. */
export function decodeResponsesRequest(body: JsonObject): Result<ChatRequest, GatewayError> {
  const parsed = ResponsesRequest.safeParse(body);
  if (!parsed.success) return err(wireProblem(parsed.error));
  const { model, input, instructions, stream, tools, max_output_tokens: limit } = parsed.data;
  const system = instructions ?? '';
  const said =
    typeof input === 'string' ? [{ role: 'user' as const, content: input }] : (input ?? []);
  const functions = (tools ?? []).flatMap(({ type, name, parameters }) =>
    type === 'function' && typeof name === 'string'
      ? [
          {
            type: 'function' as const,
            name,
            ...(parameters === null || parameters === undefined ? {} : { parameters }),
          },
        ]
      : [],
  );
  const toolChoice = choiceOf(parsed.data.tool_choice);
  return ok({
    model,
    messages: [
      ...(system === '' ? [] : messageOf({ role: 'system', content: system })),
      ...said.flatMap(messageOf),
    ],
    stream: stream === true,
    ...(typeof limit === 'number' ? { maxOutputTokens: limit } : {}),
    ...(functions.length === 0 ? {} : { tools: functions }),
    ...(toolChoice === undefined ? {} : { toolChoice }),
  });
}
