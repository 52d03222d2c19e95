import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { type DisposableServer, startServer } from '../server/start-server.ts';

/** What a provider counts for one call that reached it. */
export interface BookedCall {
  /** The model's name: one of its own for each call, so that books can be compared line by line. */
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of those, the ones that nobody sees. */
  readonly thoughtTokens: number;
  /** The reply went out whole, usage included; else its reader left, or was killed. */
  isWhole: boolean;
}

export interface BookkeepingOptions {
  /**
   * How long a reply takes, how many words it has, how many tokens were thought and are not shown, and
   * how many its question has. Absent: at once, five, none, and a number that no call near it has.
   */
  readonly plan?: (model: string) => {
    readonly words: number;
    readonly pauseMs: number;
    readonly thoughts?: number;
    readonly inputTokens?: number;
  };
}

const Asked = z.looseObject({ model: z.string(), stream: z.boolean().nullish() });

/**
 * A provider of two dialects, OpenAI's Chat and Anthropic's Messages, that answers any model with
 * counted words and keeps exact books of all that reached it.
 */
export class BookkeepingProvider implements AsyncDisposable {
  readonly #server: DisposableServer;
  readonly #calls: BookedCall[];
  readonly #answering: ReadonlySet<Promise<void>>;

  private constructor(
    server: DisposableServer,
    calls: BookedCall[],
    answering: ReadonlySet<Promise<void>>,
  ) {
    this.#server = server;
    this.#calls = calls;
    this.#answering = answering;
  }

  static async start({ plan = atOnce }: BookkeepingOptions = {}): Promise<BookkeepingProvider> {
    const calls: BookedCall[] = [];
    const answering = new Set<Promise<void>>();
    const server = await startServer((request, response) => {
      const answered = answer({ request, response, plan, calls })
        .catch(() => void response.destroy())
        .finally(() => answering.delete(answered));
      answering.add(answered);
    });
    return new BookkeepingProvider(server, calls, answering);
  }

  get url(): string {
    return this.#server.url;
  }

  /** Every call that reached it, in the order of their arrival. */
  get calls(): readonly BookedCall[] {
    return this.#calls;
  }

  /** Resolves when no reply is under way: each went out, or its reader has left. */
  async idle(): Promise<void> {
    while (this.#answering.size > 0) await Promise.all(this.#answering);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.close();
  }
}

const atOnce = () => ({ words: 5, pauseMs: 0 });

interface Answering {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly plan: NonNullable<BookkeepingOptions['plan']>;
  readonly calls: BookedCall[];
}

async function answer({ request, response, plan, calls }: Answering): Promise<void> {
  const blocks: Buffer[] = [];
  for await (const block of request) blocks.push(block);
  const asked = Asked.parse(JSON.parse(Buffer.concat(blocks).toString()));
  const {
    words,
    pauseMs,
    thoughts = 0,
    // No two are alike in a while, so that a mistaken row is seen.
    inputTokens = 100 + (calls.length % 9_000),
  } = plan(asked.model);
  const call: BookedCall = {
    model: asked.model,
    inputTokens,
    outputTokens: words + thoughts,
    thoughtTokens: thoughts,
    isWhole: false,
  };
  calls.push(call);
  response.once('finish', () => {
    call.isWhole = true;
  });
  const spoken = request.url?.endsWith('/messages') === true ? anthropic : openAi;
  if (asked.stream === true) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const events = spoken.stream(call);
    for (const event of events) {
      if (response.destroyed) return;
      response.write(event);
      if (pauseMs > 0) await sleep(pauseMs);
    }
    response.end();
    return;
  }
  if (pauseMs > 0) await sleep(pauseMs * words);
  if (response.destroyed) return;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(spoken.whole(call)));
}

const WORD = 'word ';

const wordsOf = ({ outputTokens, thoughtTokens }: BookedCall): number =>
  outputTokens - thoughtTokens;

interface Spoken {
  whole(call: BookedCall): object;
  stream(call: BookedCall): readonly string[];
}

const openAiUsage = ({ inputTokens, outputTokens }: BookedCall) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
});

const openAi: Spoken = {
  whole: (call) => ({
    id: `chatcmpl-${call.model}`,
    object: 'chat.completion',
    created: 1_790_000_000,
    model: call.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: WORD.repeat(wordsOf(call)) },
        finish_reason: 'stop',
      },
    ],
    usage: openAiUsage(call),
  }),
  stream: (call) => {
    const chunk = (fields: object): string =>
      `data: ${JSON.stringify({
        id: `chatcmpl-${call.model}`,
        object: 'chat.completion.chunk',
        created: 1_790_000_000,
        model: call.model,
        ...fields,
      })}\n\n`;
    const choice = (delta: object, reason: string | null): object => ({
      choices: [{ index: 0, delta, finish_reason: reason }],
    });
    return [
      chunk(choice({ role: 'assistant', content: '' }, null)),
      ...Array.from({ length: wordsOf(call) }, () => chunk(choice({ content: WORD }, null))),
      chunk(choice({}, 'stop')),
      chunk({ choices: [], usage: openAiUsage(call) }),
      'data: [DONE]\n\n',
    ];
  },
};

const anthropicUsage = ({ inputTokens, outputTokens }: BookedCall) => ({
  input_tokens: inputTokens,
  output_tokens: outputTokens,
});

const anthropic: Spoken = {
  whole: (call) => ({
    id: `msg_${call.model}`,
    type: 'message',
    role: 'assistant',
    model: call.model,
    content: [{ type: 'text', text: WORD.repeat(wordsOf(call)) }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: anthropicUsage(call),
  }),
  stream: (call) => {
    const event = (fields: { readonly type: string; readonly [field: string]: unknown }): string =>
      `event: ${fields.type}\ndata: ${JSON.stringify(fields)}\n\n`;
    return [
      event({
        type: 'message_start',
        message: {
          ...anthropic.whole(call),
          content: [],
          stop_reason: null,
          usage: { ...anthropicUsage(call), output_tokens: 1 },
        },
      }),
      event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      ...Array.from({ length: wordsOf(call) }, () =>
        event({
          type: 'content_block_delta',
          index: 0,
          delta: { type: 'text_delta', text: WORD },
        }),
      ),
      event({ type: 'content_block_stop', index: 0 }),
      event({
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: call.outputTokens },
      }),
      event({ type: 'message_stop' }),
    ];
  },
};
