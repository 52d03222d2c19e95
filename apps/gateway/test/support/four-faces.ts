export const FACES = ['openai', 'responses', 'anthropic', 'gemini'] as const;
export type Face = (typeof FACES)[number];

export interface Asked {
  /** `provider/model`. */
  readonly model: string;
  readonly stream: boolean;
  readonly maxTokens?: number;
}

const text = 'Count some words.';
const messages = [{ role: 'user', content: text }];

const BODIES: { readonly [face in Face]: (asked: Asked) => readonly [path: string, body: object] } =
  {
    openai: ({ model, stream, maxTokens }) => [
      '/v1/chat/completions',
      { model, messages, stream, ...(maxTokens && { max_tokens: maxTokens }) },
    ],
    responses: ({ model, stream, maxTokens }) => [
      '/v1/responses',
      {
        model,
        input: text,
        stream,
        store: false,
        ...(maxTokens && { max_output_tokens: maxTokens }),
      },
    ],
    anthropic: ({ model, stream, maxTokens = 4_096 }) => [
      '/v1/messages',
      { model, messages, stream, max_tokens: maxTokens },
    ],
    gemini: ({ model, stream, maxTokens }) => [
      `/v1beta/models/${encodeURIComponent(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
      {
        contents: [{ role: 'user', parts: [{ text }] }],
        ...(maxTokens && { generationConfig: { maxOutputTokens: maxTokens } }),
      },
    ],
  };

/** A gateway, and the key to ask it with. */
export interface Asker {
  readonly url: string;
  readonly keys: { readonly member: string };
}

/** Asks on a face as the member does. */
export function post(
  harness: Asker,
  face: Face,
  { signal, ...asked }: Asked & { readonly signal?: AbortSignal },
): Promise<Response> {
  const [path, body] = BODIES[face](asked);
  return fetch(harness.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${harness.keys.member}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
    ...(signal !== undefined && { signal }),
  });
}

/** The same, read to the end. */
export async function ask(
  harness: Asker,
  face: Face,
  asked: Asked,
): Promise<{ readonly status: number; readonly text: string; readonly callId: string }> {
  const reply = await post(harness, face, asked);
  const callId = reply.headers.get('x-tollgate-call') ?? '';
  return { status: reply.status, text: await reply.text(), callId };
}
