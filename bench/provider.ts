/**
 * A provider that costs as little as possible: one JSON reply, or a stream of 200 events, in Chat
 * Completions' words or, at its path, in Anthropic's.
 */
import { createServer } from 'node:http';

const CHUNKS = 200;

const chatReply = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1_790_000_000,
  model: 'bench-model',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: 'A short answer of about twenty tokens, as most calls get.',
      },
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 12, completion_tokens: 20, total_tokens: 32 },
});

const chunk = (delta: object, finish: string | null, rest: object = {}): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1_790_000_000,
    model: 'bench-model',
    choices: [{ index: 0, delta, finish_reason: finish }],
    usage: null,
    ...rest,
  })}\n\n`;

const usage = { prompt_tokens: 12, completion_tokens: CHUNKS, total_tokens: 12 + CHUNKS };
const chatEvents = [
  chunk({ role: 'assistant', content: '' }, null),
  ...Array.from({ length: CHUNKS }, (_, index) => chunk({ content: ` token${index}` }, null)),
  chunk({}, 'stop'),
  chunk({}, null, { choices: [], usage }),
  'data: [DONE]\n\n',
];

const message = {
  id: 'msg_bench',
  type: 'message',
  role: 'assistant',
  model: 'bench-model',
  stop_sequence: null,
};
const messageReply = JSON.stringify({
  ...message,
  content: [{ type: 'text', text: 'A short answer of about twenty tokens, as most calls get.' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 12, output_tokens: 20 },
});

const named = (type: string, fields: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

const messageEvents = [
  named('message_start', {
    message: {
      ...message,
      content: [],
      stop_reason: null,
      usage: { input_tokens: 12, output_tokens: 1 },
    },
  }),
  named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  ...Array.from({ length: CHUNKS }, (_, index) =>
    named('content_block_delta', {
      index: 0,
      delta: { type: 'text_delta', text: ` token${index}` },
    }),
  ),
  named('content_block_stop', { index: 0 }),
  named('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: CHUNKS },
  }),
  named('message_stop'),
];

const CHAT = { reply: chatReply, events: chatEvents };
const MESSAGES = { reply: messageReply, events: messageEvents };

const server = createServer((req, res) => {
  let body = '';
  req.setEncoding('latin1');
  req.on('data', (piece: string) => {
    body += piece;
  });
  req.on('end', () => {
    const { reply, events } = req.url === '/v1/messages' ? MESSAGES : CHAT;
    if (!body.includes('"stream":true')) {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': reply.length });
      res.end(reply);
      return;
    }
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    let next = 0;
    // A few events a turn of the event loop: a fast model on a fast line.
    const tick = (): void => {
      for (let count = 0; count < 4 && next < events.length; count += 1) {
        res.write(events[next]);
        next += 1;
      }
      if (next < events.length) setImmediate(tick);
      else res.end();
    };
    tick();
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify(server.address())}\n`);
});
process.once('SIGTERM', () => process.exit(0));
