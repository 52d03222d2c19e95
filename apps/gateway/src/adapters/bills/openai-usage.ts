import * as z from 'zod';
import { askPages, pageOf } from './ask-pages.ts';
import { DAYS_PER_PAGE, dayOf, type UsageReport } from './usage-report.ts';

/** `GET /v1/organization/usage/completions` and `/embeddings`, by `admin.organization.usage` of its package. */
const Page = pageOf(
  z.looseObject({
    /** Unix seconds. */
    start_time: z.number(),
    results: z.array(
      z.looseObject({
        model: z.string().nullish(),
        num_model_requests: z.number(),
        input_tokens: z.number(),
        output_tokens: z.number().nullish(),
      }),
    ),
  }),
  ({ start_time, results }) =>
    results.map((result) => ({
      day: dayOf(start_time * 1000),
      model: result.model ?? '',
      requests: result.num_model_requests,
      inputTokens: result.input_tokens,
      outputTokens: result.output_tokens ?? 0,
    })),
);

export const openAiUsage: UsageReport = async (request) => {
  const { baseUrl, adminKey, from, to } = request;
  const ask = (kind: string) => {
    const url = new URL(`${baseUrl.replace(/\/+$/, '')}/organization/usage/${kind}`);
    url.searchParams.set('start_time', String(from / 1000));
    url.searchParams.set('end_time', String(to / 1000));
    url.searchParams.set('bucket_width', '1d');
    url.searchParams.set('limit', String(DAYS_PER_PAGE));
    url.searchParams.append('group_by[]', 'model');
    const headers = { authorization: `Bearer ${adminKey}` };
    return askPages(request, { provider: 'openai', url, headers, schema: Page });
  };
  const completions = await ask('completions');
  if (!completions.ok) return completions;
  const embeddings = await ask('embeddings');
  if (!embeddings.ok) return embeddings;
  return { ok: true, value: [...completions.value, ...embeddings.value] };
};
