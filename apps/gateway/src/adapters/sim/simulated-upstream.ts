import { createHash } from 'node:crypto';
import { err, ok } from '@tollgate/core';
import { decodeUtf8, isJsonObject, type JsonObject, parseJson } from '@tollgate/core/json';
import { KNOWN_PROVIDERS } from '@tollgate/core/providers';
import type { Clock } from '../../ports/clock.ts';
import type { Upstream, UpstreamRequest } from '../../ports/upstream.ts';
import { createPacedBody } from './paced-body.ts';
import { jsonAnswer, type SimulatedAnswer, type SimulatedOperation } from './simulated-answer.ts';
import {
  simulatedAnthropicMessages,
  simulatedCompletions,
  simulatedGemini,
  simulatedOpenAiChat,
  simulatedOpenAiResponses,
} from './simulated-chat.ts';
import {
  simulatedBatchEmbedContents,
  simulatedEmbedContent,
  simulatedEmbeddings,
} from './simulated-embeddings.ts';
import { openAiErrorOf } from './simulated-errors.ts';

/** By the end of the path; the longer ones first, since the others are their ends. */
const OPERATIONS: readonly (readonly [path: string, operation: SimulatedOperation])[] = [
  ['/chat/completions', simulatedOpenAiChat],
  ['/completions', simulatedCompletions],
  ['/embeddings', simulatedEmbeddings],
  ['/responses', simulatedOpenAiResponses],
  ['/messages', simulatedAnthropicMessages],
  [':embedContent', simulatedEmbedContent],
  [':batchEmbedContents', simulatedBatchEmbedContents],
  [':generateContent', simulatedGemini],
  [':streamGenerateContent', simulatedGemini],
];

const CREATED = 1_764_000_000;

function modelList(): SimulatedAnswer {
  const models = KNOWN_PROVIDERS.find(({ name }) => name === 'sim')?.models ?? [];
  const data = models.map(({ id }) => ({ id, object: 'model', created: CREATED, owned_by: 'sim' }));
  return jsonAnswer(200, { object: 'list', data });
}

function jsonOf(body: UpstreamRequest['body']): JsonObject | undefined {
  const text = typeof body === 'string' ? ok(body) : decodeUtf8(body ?? new Uint8Array());
  const json = text.ok ? parseJson(text.value) : text;
  return json.ok && isJsonObject(json.value) ? json.value : undefined;
}

/** The model, and whether to stream, where a dialect says them in its address. */
function saidInAddress(path: string): JsonObject {
  const [, name, verb] = /\/models\/([^/]+):(\w+)$/.exec(path) ?? [];
  if (name === undefined) return {};
  return { model: decodeURIComponent(name), stream: verb === 'streamGenerateContent' };
}

function answerTo(request: UpstreamRequest, now: number): SimulatedAnswer {
  const path = request.url.pathname;
  if (request.method === 'GET' && path.endsWith('/models')) return modelList();
  const [, operation] = OPERATIONS.find(([end]) => path.endsWith(end)) ?? [];
  if (operation === undefined || request.method !== 'POST') {
    return jsonAnswer(404, openAiErrorOf(404, `There is no ${request.method} ${path}.`));
  }
  const body = jsonOf(request.body);
  if (body === undefined) return jsonAnswer(400, operation.errorBody(400, 'The body is not JSON.'));
  const seed = createHash('sha256')
    .update(request.body ?? '')
    .update(operation === simulatedGemini ? path : '')
    .digest('hex');
  const asked = { ...body, ...saidInAddress(path) };
  return operation.answer({ body: asked, now, id: (prefix) => prefix + seed.slice(0, 24) });
}

/**
 * A provider in process, for those who have no key yet: it takes the wire request of any dialect that
 * providers speak, and answers in it. The same request gives the same answer, but for its time.
 */
export function createSimulatedUpstream({ clock }: { readonly clock: Clock }): Upstream {
  return {
    send(request) {
      const { provider, signal } = request;
      if (signal.aborted) return Promise.resolve(err({ kind: 'client_closed' }));
      const answer = answerTo(request, Math.floor(clock.now() / 1000));
      const { status, headers } = answer;
      const body = createPacedBody(answer, { clock, provider, signal });
      return Promise.resolve(ok({ status, headers, body }));
    },
    close: () => Promise.resolve(),
  };
}
