import { startServer } from '@tollgate/testkit';
import { type Body, fieldsOf } from '../support/chat-face.ts';
import type { Exchange, Provider, ScriptedServer, ScriptedTurn } from './conversation.ts';
import { listIn } from './wire.ts';

/** A server that speaks Gemini's dialect and holds requests to its rules of turns. */
export interface GeminiServer extends ScriptedServer, AsyncDisposable {
  readonly url: string;
}

/** Thinks aloud, and signs the first call of each turn. */
export const geminiProvider: Provider = {
  name: 'a Gemini provider',
  model: 'google/gemini-3-pro-preview',
  script: ({ gemini }, turns) => gemini.script(turns),
  sent: ({ gemini }) => gemini.sent,
  exchanges: exchangesIn,
  states: (body) =>
    listIn(body, 'contents')
      .flatMap((content) => listIn(content, 'parts'))
      .flatMap(({ thoughtSignature }) =>
        thoughtSignature === undefined ? [] : [thoughtSignature],
      ),
  toldState: (turn) => [thoughtSignatureOf(turn)],
};

export async function startGemini(): Promise<GeminiServer> {
  const replies: ReturnType<typeof repliesOf>[] = [];
  const sent: Body[] = [];
  const server = await startServer((req, res) => {
    let text = '';
    req.setEncoding('utf8');
    req.on('data', (piece: string) => {
      text += piece;
    });
    req.on('end', () => {
      const body = fieldsOf(JSON.parse(text));
      sent.push(body);
      const reply = replies.shift();
      const mistake = mistakeIn(body);
      if (reply === undefined || mistake !== undefined) {
        res.writeHead(400, { 'content-type': 'application/json' });
        const error = { code: 400, status: 'INVALID_ARGUMENT', message: mistake ?? 'no turn left' };
        res.end(JSON.stringify({ error }));
        return;
      }
      if (req.url?.includes(':streamGenerateContent')) {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.end(reply.stream.map((piece) => `data: ${JSON.stringify(piece)}\r\n\r\n`).join(''));
        return;
      }
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(JSON.stringify(reply.whole));
    });
  });
  return {
    url: server.url,
    sent,
    script: (turns) => {
      replies.push(...turns.map(repliesOf));
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

const thoughtSignatureOf = (at: number): string => `CtwBAdHtim${at}+/==`;

function repliesOf({ thought, text, calls, usage }: ScriptedTurn, at: number) {
  const parts: readonly Body[] = [
    ...(thought === undefined ? [] : [{ text: thought, thought: true }]),
    ...(text === undefined ? [] : [{ text }]),
    // Of calls at once the first alone is signed.
    ...calls.map(({ name, input }, position) => ({
      functionCall: { name, args: input },
      ...(position === 0 ? { thoughtSignature: thoughtSignatureOf(at) } : {}),
    })),
  ];
  const replyOf = (some: readonly Body[], rest: Body = {}) => ({
    candidates: [{ content: { role: 'model', parts: some }, index: 0, ...rest }],
    modelVersion: 'gemini-3-pro-preview',
    responseId: `resp${at}`,
  });
  const usageMetadata = {
    promptTokenCount: usage.input,
    candidatesTokenCount: usage.output - 4,
    thoughtsTokenCount: 4,
    totalTokenCount: usage.input + usage.output,
  };
  const end = { finishReason: 'STOP' };
  return {
    whole: { ...replyOf(parts, end), usageMetadata },
    stream: [
      ...parts.map((part) => replyOf([part])),
      { ...replyOf([{ text: '' }], end), usageMetadata },
    ],
  };
}

const callsOf = (content: Body): readonly Body[] =>
  listIn(content, 'parts').flatMap((part) =>
    part['functionCall'] === undefined ? [] : [fieldsOf(part['functionCall'])],
  );
const resultsOf = (content: Body | undefined): readonly Body[] =>
  content === undefined
    ? []
    : listIn(content, 'parts').flatMap((part) =>
        part['functionResponse'] === undefined ? [] : [fieldsOf(part['functionResponse'])],
      );

/** As many results as calls, in the very next turn and under the same names; signed calls. */
function mistakeIn(body: Body): string | undefined {
  const contents = listIn(body, 'contents');
  for (const [at, content] of contents.entries()) {
    if (content['role'] === contents[at + 1]?.['role']) return `contents[${at}]: turns alternate`;
    const calls = callsOf(content);
    const results = resultsOf(contents[at + 1]);
    if (calls.length !== results.length) {
      return `contents[${at}]: ${calls.length} calls, but ${results.length} responses`;
    }
    if (calls.some(({ name }, position) => name !== results[position]?.['name'])) {
      return `contents[${at}]: a response of another function`;
    }
    const first = listIn(content, 'parts').find((part) => part['functionCall'] !== undefined);
    if (first !== undefined && typeof first['thoughtSignature'] !== 'string') {
      return `contents[${at}]: function call is missing a thought_signature`;
    }
  }
  return undefined;
}

function exchangesIn(body: Body): readonly Exchange[] {
  const contents = listIn(body, 'contents');
  return contents.flatMap((content, at) => {
    const results = resultsOf(contents[at + 1]);
    return callsOf(content).map((call, position) => {
      const result = JSON.stringify(results[position]?.['response']);
      return { name: String(call['name']), input: call['args'], result };
    });
  });
}
