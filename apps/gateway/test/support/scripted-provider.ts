import type { IncomingMessage } from 'node:http';
import { startServer } from '@tollgate/testkit';
import { type Body, fieldsOf } from './chat-face.ts';

export interface SentRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Body;
}

/** A whole reply, and the same as a stream's text. */
export interface ScriptedReply {
  readonly whole: unknown;
  readonly stream: string;
}

export interface ScriptedProvider {
  readonly url: string;
  readonly sent: readonly SentRequest[];
  [Symbol.asyncDispose](): Promise<void>;
}

const isStreamed = (path: string, body: Body): boolean =>
  body['stream'] === true || path.includes(':streamGenerateContent');

/** Gives its replies in order, the last again and again, as a stream to who asks for one. */
export async function startProvider(replies: readonly ScriptedReply[]): Promise<ScriptedProvider> {
  const sent: SentRequest[] = [];
  const server = await startServer(async (req, res) => {
    let text = '';
    req.setEncoding('utf8');
    for await (const piece of req) text += piece;
    const path = req.url ?? '';
    const body = fieldsOf(JSON.parse(text));
    const reply = replies[Math.min(sent.length, replies.length - 1)];
    sent.push({ path, headers: req.headers, body });
    if (isStreamed(path, body)) {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.end(reply?.stream ?? '');
    } else {
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(JSON.stringify(reply?.whole));
    }
  });
  return { url: server.url, sent, [Symbol.asyncDispose]: () => server.close() };
}

const events = (list: readonly Body[]): string =>
  list
    .map((event) => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('');

/** A message of Anthropic's dialect; thoughts, texts and arguments streamed in two pieces each. */
export function messageReply(id: string, content: readonly Body[]): ScriptedReply {
  const stop = content.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';
  const usage = { input_tokens: 10, output_tokens: 5 };
  const head = { id, type: 'message', role: 'assistant', model: 'claude', stop_sequence: null };
  const blocks = content.flatMap((block, index) => {
    const { start, deltas } = blockPieces(block);
    return [
      { type: 'content_block_start', index, content_block: start },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ];
  });
  return {
    whole: { ...head, content, stop_reason: stop, usage },
    stream: events([
      { type: 'message_start', message: { ...head, content: [], stop_reason: null, usage } },
      ...blocks,
      { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage },
      { type: 'message_stop' },
    ]),
  };
}

const halves = (text: string): readonly string[] => [text.slice(0, 3), text.slice(3)];

function blockPieces(block: Body): { readonly start: Body; readonly deltas: readonly Body[] } {
  switch (block['type']) {
    case 'thinking':
      return {
        start: { ...block, thinking: '', signature: '' },
        deltas: [
          ...halves(String(block['thinking'])).map((thinking) => ({
            type: 'thinking_delta',
            thinking,
          })),
          { type: 'signature_delta', signature: block['signature'] },
        ],
      };
    case 'text':
      return {
        start: { ...block, text: '' },
        deltas: halves(String(block['text'])).map((text) => ({ type: 'text_delta', text })),
      };
    case 'tool_use':
      return {
        start: { ...block, input: {} },
        deltas: halves(JSON.stringify(block['input'])).map((json) => ({
          type: 'input_json_delta',
          partial_json: json,
        })),
      };
    default:
      return { start: block, deltas: [] };
  }
}

/** A response of OpenAI's; each item streamed whole. */
export function responseReply(id: string, output: readonly Body[]): ScriptedReply {
  const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
  const response = { id, object: 'response', created_at: 1, model: 'gpt', output, usage };
  const whole = { ...response, status: 'completed', error: null, incomplete_details: null };
  const items = output.flatMap((item, index) => [
    { type: 'response.output_item.added', output_index: index, item },
    { type: 'response.output_item.done', output_index: index, item },
  ]);
  const list: readonly Body[] = [
    { type: 'response.created', response: { ...whole, status: 'in_progress', output: [] } },
    ...items,
    { type: 'response.completed', response: whole },
  ];
  return { whole, stream: events(list.map((event, at) => ({ ...event, sequence_number: at }))) };
}

/** A reply of Gemini's; each part streamed in a piece of its own. */
export function candidateReply(id: string, parts: readonly Body[]): ScriptedReply {
  const piece = (some: readonly Body[], last: Body): Body => ({
    candidates: [{ content: { role: 'model', parts: some }, index: 0, ...last }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
    modelVersion: 'gemini-3-pro',
    responseId: id,
  });
  const stop = { finishReason: 'STOP' };
  const pieces = parts.map((part, at) => piece([part], at === parts.length - 1 ? stop : {}));
  return {
    whole: piece(parts, stop),
    stream: pieces.map((one) => `data: ${JSON.stringify(one)}\n\n`).join(''),
  };
}
