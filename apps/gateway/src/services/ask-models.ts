import type { ProviderDialectId } from '@tollgate/core/dialects';
import { decodeUtf8, parseJson } from '@tollgate/core/json';
import * as z from 'zod';
import type { ProviderConfig } from '../config/config.ts';
import type { Upstream, UpstreamRequest } from '../ports/upstream.ts';
import { versionHeaders } from './dialect-headers.ts';
import type { ProviderModel } from './models.ts';
import { authHeaders, beneathBase } from './provider-request.ts';

const Id = z.string().min(1).max(256);

/** OpenAI's list and Anthropic's differ in how they tell the time; both are read. */
const DataList = z.looseObject({
  data: z.array(
    z.looseObject({
      id: Id,
      created: z.int().nonnegative().nullish().catch(undefined),
      created_at: z.string().nullish().catch(undefined),
      owned_by: z.string().nullish().catch(undefined),
      uses: z.array(z.string()).optional().catch(undefined),
    }),
  ),
});

/** What each model is for, as some say: of those that we have no face for, none is listed. */
const Uses = z.array(z.string()).nullish().catch(undefined);
const EMBEDS = ['embed', 'embedContent'];
const OURS: ReadonlySet<string> = new Set([...EMBEDS, 'chat', 'generateContent']);

/** Gemini's list names resources, `models/…`; Cohere's has bare names. */
const ResourceList = z
  .looseObject({
    models: z.array(
      z.looseObject({
        name: Id,
        endpoints: Uses,
        supportedGenerationMethods: Uses,
      }),
    ),
  })
  .transform(({ models }) => ({
    data: models
      .map(
        ({
          name,
          endpoints,
          supportedGenerationMethods,
        }): { id: string; uses?: string[] | undefined } => ({
          id: name.replace(/^models\//, ''),
          uses: endpoints ?? supportedGenerationMethods ?? [],
        }),
      )
      .filter(({ uses = [] }) => uses.length === 0 || uses.some((use) => OURS.has(use))),
  }))
  .pipe(DataList);

/** Bedrock's are those that can be called by their own names. */
const SummaryList = z
  .looseObject({
    modelSummaries: z.array(
      z.looseObject({
        modelId: Id,
        inferenceTypesSupported: z.array(z.string()).optional(),
      }),
    ),
  })
  .transform(({ modelSummaries }) => ({
    data: modelSummaries
      .filter(({ inferenceTypesSupported: by }) => by === undefined || by.includes('ON_DEMAND'))
      .map(({ modelId }) => ({ id: modelId })),
  }))
  .pipe(DataList);

const ModelList = z.union([DataList, ResourceList, SummaryList]);

/** A list longer than this is cut: aggregators serve some hundreds. */
const MAX_MODELS = 2_000;
const LIST_LIMIT_BYTES = 8 * 1024 * 1024;
const DEADLINES = { connectMs: 2_000, headersMs: 4_000, idleMs: 4_000, totalMs: 5_000 } as const;

/** Where each dialect lists its models. */
const LISTS: { readonly [dialect in ProviderDialectId]?: string } = {
  'openai-chat': '/models',
  'openai-responses': '/models',
  'anthropic-messages': '/v1/models?limit=1000',
  gemini: '/v1beta/models?pageSize=1000',
  'cohere-chat': '/v1/models?page_size=1000',
};

/** The request for a provider's list of models; undefined when it speaks nothing that has one. */
export function modelListRequest(provider: ProviderConfig): UpstreamRequest | undefined {
  const [dialect] = provider.dialects;
  if (dialect === undefined) return undefined;
  const url = listUrl(provider, dialect);
  if (url === undefined) return undefined;
  return {
    provider: provider.name,
    url,
    method: 'GET',
    headers: {
      ...authHeaders(provider, dialect),
      ...versionHeaders(provider, dialect),
    },
    body: undefined,
    deadlines: DEADLINES,
    signal: new AbortController().signal,
  };
}

function listUrl(provider: ProviderConfig, dialect: ProviderDialectId): URL | undefined {
  const { modelList } = provider;
  if (modelList === 'none') return undefined;
  if (modelList !== undefined) return new URL(modelList.url);
  const path = LISTS[dialect];
  return path === undefined ? undefined : beneathBase(provider, dialect, path);
}

/** Asks a provider which models it serves; undefined when it doesn't say in time. */
export async function askModels(
  provider: ProviderConfig,
  upstream: Upstream,
): Promise<readonly ProviderModel[] | undefined> {
  const request = modelListRequest(provider);
  if (request === undefined) return undefined;
  const sent = await upstream.send(request);
  if (!sent.ok) return undefined;
  const bytes = await sent.value.body.bytes(LIST_LIMIT_BYTES);
  if (!bytes.ok || sent.value.status !== 200) return undefined;
  const text = decodeUtf8(bytes.value);
  const json = text.ok ? parseJson(text.value, { maxDepth: 16 }) : undefined;
  const list = ModelList.safeParse(json?.ok === true ? json.value : undefined);
  if (!list.success) return undefined;
  return list.data.data.slice(0, MAX_MODELS).map((model) => {
    const created = model.created ?? secondsOf(model.created_at);
    return {
      id: model.id,
      ...(created === undefined ? undefined : { created }),
      ...(model.uses === undefined || model.uses.length === 0
        ? undefined
        : { embeds: !model.uses.some((use) => OURS.has(use) && !EMBEDS.includes(use)) }),
      ...(typeof model.owned_by === 'string' ? { ownedBy: model.owned_by } : undefined),
    };
  });
}

function secondsOf(instant: string | null | undefined): number | undefined {
  const milliseconds = Date.parse(instant ?? '');
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}
