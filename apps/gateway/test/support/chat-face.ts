import type { Harness } from '@tollgate/testkit';

export type Body = { readonly [field: string]: unknown };

/** One way to ask for a chat completion, as a table of suites sees it. */
export interface ChatFace {
  readonly name: 'openai' | 'anthropic' | 'native' | 'trpc';
  readonly path: string;
  /** A good request of one user message. */
  request(model: string, text?: string): Body;
  /** The data, or else the name, of the event that ends a stream well. */
  readonly end: string;
  /** The status for a provider that is overloaded. */
  readonly overloaded: 503 | 529;
  /** The error's sentence; throws where the body is not exactly this face's. */
  messageOf(body: unknown): string;
}

const bodyOf = (fields: readonly string[], body: unknown): Body => {
  const error = fieldsOf(fieldsOf(body)['error']);
  const names = Object.keys(error).sort();
  const extra = names.filter((name) => !fields.includes(name));
  const missing = fields.filter((name) => name !== 'provider' && !names.includes(name));
  if (extra.length + missing.length > 0) {
    throw new Error(`not this face's error body: ${JSON.stringify(body)}`);
  }
  return error;
};

export function fieldsOf(value: unknown): Body {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`no object: ${JSON.stringify(value)}`);
  }
  return Object.fromEntries(Object.entries(value));
}

const wire = (model: string, text = 'Hello'): Body => ({
  model,
  messages: [{ role: 'user', content: text }],
});

export const OPENAI_FACE: ChatFace = {
  name: 'openai',
  path: '/v1/chat/completions',
  request: wire,
  end: '[DONE]',
  overloaded: 503,
  messageOf: (body) => String(bodyOf(['code', 'message', 'param', 'type'], body)['message']),
};

export const ANTHROPIC_FACE: ChatFace = {
  name: 'anthropic',
  path: '/v1/messages',
  request: (model, text) => ({ ...wire(model, text), max_tokens: 64 }),
  end: 'message_stop',
  overloaded: 529,
  messageOf: (body) => String(bodyOf(['message', 'type'], body)['message']),
};

export const NATIVE_FACE: ChatFace = {
  name: 'native',
  path: '/native/v1/chat/completions',
  request: wire,
  end: '[DONE]',
  overloaded: 503,
  messageOf: (body) => String(bodyOf(['code', 'message', 'provider', 'type'], body)['message']),
};

export const TRPC_FACE: ChatFace = {
  name: 'trpc',
  path: '/trpc/chat.complete',
  end: 'return',
  overloaded: 503,
  request: (model, text = 'Hello') => ({
    model,
    messages: [{ role: 'user', content: [{ type: 'text', text }] }],
  }),
  messageOf: (body) => {
    const error = bodyOf(['code', 'data', 'message'], body);
    if (typeof fieldsOf(fieldsOf(error['data'])['cause'])['kind'] !== 'string') {
      throw new Error(`no typed cause: ${JSON.stringify(body)}`);
    }
    return String(error['message']);
  },
};

export const CHAT_FACES: readonly ChatFace[] = [
  OPENAI_FACE,
  ANTHROPIC_FACE,
  NATIVE_FACE,
  TRPC_FACE,
];

export interface Posted {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

/** Posts a body as it stands; objects as JSON. */
export async function post(
  harness: Harness,
  path: string,
  body: string | Uint8Array<ArrayBuffer> | Body,
  { headers = {}, method = 'POST' }: { headers?: Record<string, string>; method?: string } = {},
): Promise<Posted> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(harness.url + path, {
    method,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${harness.keys.member}`,
      ...headers,
    },
    ...(method === 'GET' || method === 'HEAD' ? {} : { body: isRaw ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
