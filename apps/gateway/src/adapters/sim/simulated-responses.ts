import { type ChatReply, inputTokens, outputTokens } from '@tollgate/core/chat';
import { openAiErrorBody } from '@tollgate/core/dialects';
import type { JsonObject } from '@tollgate/core/json';
import { simulate } from '@tollgate/core/simulation';
import { renderSse } from '@tollgate/core/sse';
import { decodeResponsesRequest } from './responses-request.ts';
import {
  faultAnswer,
  halfOf,
  jsonAnswer,
  type Occasion,
  type SimulatedAnswer,
  type SimulatedOperation,
} from './simulated-answer.ts';
import { EVENT_STREAM } from './simulated-chat.ts';
import { openAiErrorOf } from './simulated-errors.ts';

interface OutputItem {
  /** As it stands in the finished response. */
  readonly done: JsonObject;
  /** Its events between `output_item.added` and `output_item.done`. */
  readonly events: readonly JsonObject[];
  readonly added: JsonObject;
}

type Id = Occasion['id'];

const words = (text: string): readonly string[] => text.match(/\s*\S+\s*|\s+/g) ?? [];

function textItem(text: string, id: string): OutputItem {
  const at = { item_id: id, content_index: 0 };
  const part = { type: 'output_text', text, annotations: [], logprobs: [] };
  const head = { id, type: 'message', role: 'assistant' };
  return {
    added: { ...head, status: 'in_progress', content: [] },
    events: [
      { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
      ...words(text).map((delta) => ({
        type: 'response.output_text.delta',
        ...at,
        delta,
        logprobs: [],
      })),
      { type: 'response.output_text.done', ...at, text, logprobs: [] },
      { type: 'response.content_part.done', ...at, part },
    ],
    done: { ...head, status: 'completed', content: [part] },
  };
}

function callItem(
  call: { id: string; name: string; argumentsJson: string },
  id: string,
): OutputItem {
  const head = { id, type: 'function_call', call_id: call.id, name: call.name };
  const at = { item_id: id };
  return {
    added: { ...head, status: 'in_progress', arguments: '' },
    events: [
      { type: 'response.function_call_arguments.delta', ...at, delta: call.argumentsJson },
      {
        type: 'response.function_call_arguments.done',
        ...at,
        name: call.name,
        arguments: call.argumentsJson,
      },
    ],
    done: { ...head, status: 'completed', arguments: call.argumentsJson },
  };
}

function reasoningItem(text: string, id: string): OutputItem {
  const head = { id, type: 'reasoning' };
  const part = { type: 'summary_text', text };
  const at = { item_id: id, summary_index: 0 };
  return {
    added: { ...head, summary: [] },
    events: [
      { type: 'response.reasoning_summary_part.added', ...at, part: { ...part, text: '' } },
      { type: 'response.reasoning_summary_text.delta', ...at, delta: text },
      { type: 'response.reasoning_summary_text.done', ...at, text },
      { type: 'response.reasoning_summary_part.done', ...at, part },
    ],
    done: { ...head, summary: [part] },
  };
}

function itemsOf(reply: ChatReply, id: Id): readonly OutputItem[] {
  return (reply.choices[0]?.content ?? []).flatMap((part, index) => {
    if (part.type === 'text') return [textItem(part.text, id(`msg_${index}`))];
    if (part.type === 'tool-call') return [callItem(part, id(`fc_${index}`))];
    if (part.type === 'reasoning') return [reasoningItem(part.text ?? '', id(`rs_${index}`))];
    return [];
  });
}

function responseOf(reply: ChatReply, items: readonly OutputItem[]): JsonObject {
  const isCutShort = reply.choices[0]?.stopReason === 'length';
  const input = reply.usage === undefined ? 0 : inputTokens(reply.usage);
  const output = reply.usage === undefined ? 0 : outputTokens(reply.usage);
  return {
    id: reply.id,
    object: 'response',
    created_at: reply.created ?? 0,
    status: isCutShort ? 'incomplete' : 'completed',
    error: null,
    incomplete_details: isCutShort ? { reason: 'max_output_tokens' } : null,
    instructions: null,
    metadata: {},
    model: reply.model,
    output: items.map(({ done }) => done),
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: reply.usage?.output.reasoning ?? 0 },
      total_tokens: input + output,
    },
  };
}

function framesOf(response: JsonObject, items: readonly OutputItem[]): readonly string[] {
  const begun = { ...response, status: 'in_progress', output: [], usage: null };
  const isDone = response['status'] === 'completed';
  const events: readonly JsonObject[] = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...items.flatMap(({ added, events: between, done }, index) => [
      { type: 'response.output_item.added', output_index: index, item: added },
      ...between.map((event) => ({ ...event, output_index: index })),
      { type: 'response.output_item.done', output_index: index, item: done },
    ]),
    { type: isDone ? 'response.completed' : 'response.incomplete', response },
  ];
  return events.map((event, index) =>
    renderSse({
      event: String(event['type']),
      data: JSON.stringify({ ...event, sequence_number: index }),
    }),
  );
}

/** OpenAI's Responses, as far as text, function tools and reasoning summaries go. */
export const simulatedResponses: SimulatedOperation = {
  errorBody: openAiErrorOf,
  refusal: openAiErrorBody,
  answer({ body, id, now }): SimulatedAnswer {
    const request = decodeResponsesRequest(body);
    if (!request.ok) return jsonAnswer(400, openAiErrorBody(request.error));
    const { model, stream } = request.value;
    const { reply, paceMs, fault } = simulate(request.value, {
      model,
      replyId: id('resp_'),
      created: now,
      callId: (index) => id(`call_${index}`),
    });
    if (fault?.type === 'status') return faultAnswer(fault, simulatedResponses);
    const items = itemsOf(reply, id);
    const response = responseOf(reply, items);
    const pieces = stream ? framesOf(response, items) : [JSON.stringify(response)];
    const isCut = fault?.type === 'cut';
    return {
      status: 200,
      headers: stream ? EVENT_STREAM : { 'content-type': 'application/json' },
      pieces: isCut ? halfOf(pieces) : pieces,
      paceMs,
      isCut,
    };
  },
};
