import { startServer } from '@tollgate/testkit';

/** What a provider was sent. */
export interface SentRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly text: string;
}

export interface StubAnswer {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  /** An object is sent as JSON; a list of pieces as they are, one write each. */
  readonly body: object | readonly (Uint8Array | string)[];
}

/** A provider at loopback that answers as it is told, and keeps what it was sent. */
export async function startStub(answer: (sent: SentRequest) => StubAnswer | Promise<StubAnswer>) {
  const sent: SentRequest[] = [];
  const server = await startServer((req, res) => {
    let text = '';
    req.setEncoding('utf8');
    req.on('data', (piece: string) => {
      text += piece;
    });
    req.on('end', async () => {
      const request = { method: req.method ?? '', url: req.url ?? '', headers: req.headers, text };
      sent.push(request);
      const { status = 200, headers = {}, body } = await answer(request);
      res.writeHead(status, { 'content-type': 'application/json', ...headers });
      for (const piece of Array.isArray(body) ? body : [JSON.stringify(body)]) res.write(piece);
      res.end();
    });
  });
  return {
    url: server.url,
    sent,
    /** The newest request; throws when there is none. */
    last(): SentRequest {
      const request = sent.at(-1);
      if (request === undefined) throw new Error('the provider was asked for nothing');
      return request;
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}
