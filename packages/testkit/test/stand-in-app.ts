import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod';
import type { App, AppOptions, RecordedUsage } from '../src/index.ts';

const Config = z.object({
  providers: z.object({ openai: z.object({ apiKey: z.string(), baseUrl: z.string() }) }),
  misbehave: z.enum(['leak-key', 'log-token', 'never-close']).optional(),
});
type Config = z.infer<typeof Config>;

const Reply = z.object({ usage: z.object({ prompt_tokens: z.int(), completion_tokens: z.int() }) });

/** Local configuration, or the predecessor's environment. */
function readConfig({ config, env }: AppOptions): Config {
  return Config.parse(
    config ?? {
      providers: {
        openai: { apiKey: env['OPENAI_API_KEY'], baseUrl: env['OPENAI_API_URL'] },
      },
    },
  );
}

/** The least gateway that the harness can hold: one path, forwarded, counted. */
export async function createStandInApp(options: AppOptions): Promise<App> {
  const config = readConfig(options);
  const { apiKey, baseUrl } = config.providers.openai;
  const usage: RecordedUsage[] = [];
  const reports: Promise<unknown>[] = [];

  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const token = request.headers.authorization ?? '';
    const callId = randomUUID();
    const blocks: Buffer[] = [];
    for await (const block of request) blocks.push(block);
    options.onLog({
      message: 'call',
      callId,
      ...(config.misbehave === 'log-token' ? { token } : {}),
    });
    const upstream = await fetch(`${baseUrl}/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: config.misbehave === 'leak-key' ? token : `Bearer ${apiKey}`,
      },
      body: Buffer.concat(blocks),
    });
    const text = await upstream.text();
    response.writeHead(upstream.status, { 'x-tollgate-call': callId }).end(text);
    const reply = Reply.safeParse(JSON.parse(text));
    if (!reply.success) return;
    const counts = reply.data.usage;
    usage.push(recorded(callId, counts.prompt_tokens, counts.completion_tokens));
    if (options.env['ZION_API_URL'] !== undefined) reports.push(report(options, callId, counts));
  };

  const server = createServer((request, response) => {
    forward(request, response).catch(() => response.destroy());
  });
  return {
    server,
    adminKey: options.env['TOLLGATE_ADMIN_KEY'] ?? '',
    flush: async () => void (await Promise.all(reports)),
    usage: async () => usage,
    close: () =>
      config.misbehave === 'never-close'
        ? new Promise(() => {})
        : new Promise((resolve) => server.close(() => resolve())),
  };
}

async function report(
  { env }: AppOptions,
  callId: string,
  counts: z.infer<typeof Reply>['usage'],
): Promise<void> {
  await fetch(`${env['ZION_API_URL']}/api/v1/usage/external/batch-increment`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-api-key': env['ZION_API_KEY'] ?? '',
      'idempotency-key': callId,
    },
    body: JSON.stringify({
      increments: [
        {
          email: 'test@test.com',
          aiInputTokens: counts.prompt_tokens,
          aiOutputTokens: counts.completion_tokens,
          aiRequests: 1,
          model: 'gpt-4',
          timestamp: new Date().toISOString(),
        },
      ],
    }),
  });
}

function recorded(callId: string, inputTokens: number, outputTokens: number): RecordedUsage {
  return {
    callId,
    keyName: 'member',
    face: 'openai',
    provider: 'openai',
    modelAsked: 'gpt-4',
    modelServed: 'gpt-4',
    inputTokens,
    outputTokens,
    provenance: 'provider',
    status: 'ok',
    errorKind: undefined,
    losses: [],
    cost: undefined,
  };
}
