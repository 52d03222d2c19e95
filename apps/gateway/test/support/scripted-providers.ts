import { createHarness, type Harness, startServer } from '@tollgate/testkit';
import { createApp } from '../../src/create-app.ts';
import type { Body } from './chat-face.ts';

export interface Sent {
  readonly url: string;
  readonly headers: { readonly [name: string]: unknown };
  readonly text: string;
  readonly body: Body;
}

export interface Scripted {
  readonly status?: number;
  readonly type?: string;
  /** A string as it stands, all else as JSON. */
  readonly body: unknown;
}

export interface ScriptedApp extends AsyncDisposable {
  readonly harness: Harness;
  readonly sent: readonly Sent[];
}

/**
 * The app before one server that stands for all the named providers and answers as told, and what was
 * sent to it. A provider's settings are those of the configuration file, without URL and key.
 */
export async function startScripted(
  providers: { readonly [name: string]: Body },
  answer: (sent: Sent) => Scripted,
  config: Body = {},
): Promise<ScriptedApp> {
  const sent: Sent[] = [];
  const server = await startServer((req, res) => {
    let text = '';
    req.setEncoding('utf8');
    req.on('data', (piece: string) => {
      text += piece;
    });
    req.on('end', () => {
      const body: Body = text.startsWith('{') ? JSON.parse(text) : {};
      const one = { url: req.url ?? '', headers: req.headers, text, body };
      sent.push(one);
      const { status = 200, type = 'application/json', body: told } = answer(one);
      res.writeHead(status, { 'content-type': type });
      res.end(typeof told === 'string' ? told : JSON.stringify(told));
    });
  });
  const settings = Object.entries(providers).map(([name, given]) => [
    name,
    { apiKey: `key-of-${name}`, baseUrl: server.url, ...given },
  ]);
  const harness = await createHarness(createApp, {
    settings: { config: { ...config, providers: Object.fromEntries(settings) } },
  });
  return {
    harness,
    sent,
    [Symbol.asyncDispose]: async () => {
      await harness[Symbol.asyncDispose]();
      await server.close();
    },
  };
}
