import * as z from 'zod';
import { askPages, pageOf } from './ask-pages.ts';
import { DAYS_PER_PAGE, type UsageReport } from './usage-report.ts';

const count = z.number().nullish();

/**
 * `GET /v1/organizations/usage_report/messages`
 * (platform.claude.com/docs/en/api/admin-api/usage-cost/get-messages-usage-report). It tells no requests.
 */
const Page = pageOf(
  z.looseObject({
    /** RFC 3339. */
    starting_at: z.string(),
    results: z.array(
      z.looseObject({
        model: z.string().nullish(),
        uncached_input_tokens: count,
        cache_read_input_tokens: count,
        cache_creation: z
          .looseObject({ ephemeral_1h_input_tokens: count, ephemeral_5m_input_tokens: count })
          .nullish(),
        output_tokens: count,
      }),
    ),
  }),
  ({ starting_at, results }) =>
    results.map((result) => ({
      day: starting_at.slice(0, 10),
      model: result.model ?? '',
      inputTokens:
        (result.uncached_input_tokens ?? 0) +
        (result.cache_read_input_tokens ?? 0) +
        (result.cache_creation?.ephemeral_1h_input_tokens ?? 0) +
        (result.cache_creation?.ephemeral_5m_input_tokens ?? 0),
      outputTokens: result.output_tokens ?? 0,
    })),
);

export const anthropicUsage: UsageReport = (request) => {
  const { baseUrl, adminKey, from, to } = request;
  const root = baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '');
  const url = new URL(`${root}/v1/organizations/usage_report/messages`);
  url.searchParams.set('starting_at', new Date(from).toISOString());
  url.searchParams.set('ending_at', new Date(to).toISOString());
  url.searchParams.set('bucket_width', '1d');
  url.searchParams.set('limit', String(DAYS_PER_PAGE));
  url.searchParams.append('group_by[]', 'model');
  const headers = { 'x-api-key': adminKey, 'anthropic-version': '2023-06-01' };
  return askPages(request, { provider: 'anthropic', url, headers, schema: Page });
};
