import type { Dice } from '@tollgate/testkit';

/** How a client asks: the path of its face, and the body of a call for this model. */
interface Way {
  readonly face: string;
  readonly path: (model: string) => string;
  readonly body: (model: string, stream: boolean) => object;
  readonly streamPath?: (model: string) => string;
}

const messages = [{ role: 'user', content: 'Count some words.' }];
/** More than any answer has, so that a hard budget knows what a call may cost. */
const MOST_TOKENS = 100;

const WAYS: readonly Way[] = [
  {
    face: 'openai',
    path: () => '/v1/chat/completions',
    body: (model, stream) => ({ model, messages, stream, max_completion_tokens: MOST_TOKENS }),
  },
  {
    face: 'responses',
    path: () => '/v1/responses',
    body: (model, stream) => ({
      model,
      input: 'Count some words.',
      stream,
      store: false,
      max_output_tokens: MOST_TOKENS,
    }),
  },
  {
    face: 'anthropic',
    path: () => '/v1/messages',
    body: (model, stream) => ({ model, messages, stream, max_tokens: MOST_TOKENS }),
  },
  {
    face: 'gemini',
    path: (model) => `/v1beta/models/${encodeURIComponent(model)}:generateContent`,
    streamPath: (model) =>
      `/v1beta/models/${encodeURIComponent(model)}:streamGenerateContent?alt=sse`,
    body: () => ({
      contents: [{ role: 'user', parts: [{ text: 'Count some words.' }] }],
      generationConfig: { maxOutputTokens: MOST_TOKENS },
    }),
  },
];

/** One call as its client saw it. */
export interface AskedCall {
  /** The provider's name for its model: one of its own for each call. */
  readonly model: string;
  readonly key: string;
  /** Absent: it was cut off before. */
  readonly status?: number;
  /** All of it came: it was cut off neither by its client, nor by the end of its gateway or of a budget. */
  readonly isWhole: boolean;
  /** `performance.now()` when its client had the whole of it, or knew that it would not come. */
  readonly endedAt: number;
}

export interface LoadOptions {
  /** Bases of gateways: each call goes to one of them. */
  readonly urls: readonly string[];
  readonly keys: readonly string[];
  readonly clients: number;
  readonly dice: Dice;
  /** Ends the load; calls under way are cut off with their gateway, or go on to their ends. */
  readonly until: AbortSignal;
  readonly nextModel: () => string;
  /** After each call, however it ended. */
  readonly onEnd?: (call: AskedCall) => void;
}

/** Clients of all faces that ask one call after another, and leave some in their middle. */
export async function runLoad(options: LoadOptions): Promise<readonly AskedCall[]> {
  const asked: AskedCall[] = [];
  const client = async (): Promise<void> => {
    while (!options.until.aborted) {
      const call = await askOnce(options);
      asked.push(call);
      options.onEnd?.(call);
    }
  };
  await Promise.all(Array.from({ length: options.clients }, client));
  return asked;
}

async function askOnce({ urls, keys, dice, nextModel, until }: LoadOptions): Promise<AskedCall> {
  const model = nextModel();
  const key = dice.of(keys);
  const way = dice.of(WAYS);
  const isStream = dice.chance(0.5);
  const leaves = dice.chance(0.05);
  const named = `${dice.of(['openai', 'anthropic'])}/${model}`;
  const path = isStream ? (way.streamPath ?? way.path)(named) : way.path(named);
  const left = new AbortController();
  const base = { model, key };
  try {
    const response = await fetch(dice.of(urls) + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(way.body(named, isStream)),
      signal: left.signal,
    });
    if (leaves) {
      left.abort();
      return { ...base, status: response.status, isWhole: false, endedAt: performance.now() };
    }
    const isWhole = !isCutByBudget(response.status, await response.text());
    return { ...base, status: response.status, isWhole, endedAt: performance.now() };
  } catch {
    // Its gateway is gone: the next one is on its way.
    if (!until.aborted) await new Promise((resolve) => setImmediate(resolve));
    return { ...base, isWhole: false, endedAt: performance.now() };
  }
}

/** A stream whose budget ends says so in its middle; what is not streamed is gathered from one. */
const isCutByBudget = (status: number, text: string): boolean =>
  status === 402 || (status === 200 && /"error":\s*\{/.test(text));
