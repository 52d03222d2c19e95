import { startServer } from '@tollgate/testkit';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../system/system-clock.ts';
import { createHttpUpstream } from '../undici/http-upstream.ts';
import { anthropicUsage } from './anthropic-usage.ts';
import { openAiUsage } from './openai-usage.ts';
import { parseUsageCsv, picoOf } from './parse-usage-csv.ts';

const upstream = createHttpUpstream({ clock: systemClock });

afterAll(() => upstream.close());

const FROM = Date.UTC(2026, 10, 1);
const TO = Date.UTC(2026, 10, 3);

describe('a usage export', () => {
  it('is read by its columns, whatever their order', () => {
    const csv =
      'model,day,requests,input_tokens,output_tokens,cost_usd\ngpt-5,2026-11-01,3,10,5,0.015\n';
    expect(parseUsageCsv(csv)).toEqual({
      ok: true,
      value: [
        {
          day: '2026-11-01',
          model: 'gpt-5',
          requests: 3,
          inputTokens: 10,
          outputTokens: 5,
          picoUsd: 15_000_000_000n,
        },
      ],
    });
  });

  it('of Anthropic’s console adds up its classes of input', () => {
    const csv = [
      'usage_date_utc,model_version,api_key,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens',
      '2026-11-01,claude-haiku-5,"a ""key"", ours",1,2,3,4,5',
    ].join('\n');
    expect(parseUsageCsv(csv)).toMatchObject({
      ok: true,
      value: [{ model: 'claude-haiku-5', inputTokens: 10, outputTokens: 5 }],
    });
  });

  it.each([
    ['', 'it is empty'],
    ['model,requests\na,1\n', 'no column for the day: expected one of day, date'],
    ['day,requests\n2026-11-01,1\n', 'no column for the model'],
    ['day,model,requests\nyesterday,a,1\n', 'line 2: "yesterday" is no day'],
    ['day,model,requests\n2026-11-01,a,-1\n', 'line 2: "-1" is no count of requests'],
    ['day,model,cost_usd\n2026-11-01,a,1\n2026-11-01,a,1e3\n', 'line 3: "1e3" is no amount'],
    ['day,model\n"2026', 'it is not CSV'],
  ])('%j is refused with what is wrong', (csv, why) => {
    const parsed = parseUsageCsv(csv);
    expect(parsed.ok ? 'read' : parsed.error).toContain(why);
  });

  it('never throws, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(typeof parseUsageCsv(text).ok).toBe('boolean');
      }),
    );
  });

  it('reads dollars exactly', () => {
    expect(picoOf('0.000000000001')).toBe(1n);
    expect(picoOf('$12.5')).toBe(12_500_000_000_000n);
    expect(picoOf('9007199254.740993')).toBe(9_007_199_254_740_993_000_000n);
    expect(picoOf('-1')).toBeUndefined();
  });
});

describe('a provider’s own report', () => {
  it('of OpenAI is asked by day and model, page by page, with the admin key', async () => {
    const asked: string[] = [];
    await using server = await startServer((request, response) => {
      asked.push(`${request.headers.authorization} ${request.url}`);
      const url = new URL(request.url ?? '', 'http://mock.invalid');
      const isEmbeddings = url.pathname.endsWith('/embeddings');
      const isFirst = url.searchParams.get('page') === null && !isEmbeddings;
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          object: 'page',
          data: [
            {
              object: 'bucket',
              start_time: (isFirst ? FROM : FROM + 86_400_000) / 1000,
              end_time: TO / 1000,
              results: [
                {
                  model: isEmbeddings ? 'text-embedding-4' : 'gpt-5',
                  num_model_requests: 2,
                  input_tokens: 30,
                  ...(isEmbeddings ? {} : { output_tokens: 7, input_cached_tokens: 4 }),
                },
              ],
            },
          ],
          has_more: isFirst,
          next_page: isFirst ? 'page_2' : null,
        }),
      );
    });

    const told = await openAiUsage({
      upstream,
      baseUrl: `${server.url}/v1/`,
      adminKey: 'sk-admin-1',
      from: FROM,
      to: TO,
    });

    expect(told).toEqual({
      ok: true,
      value: [
        { day: '2026-11-01', model: 'gpt-5', requests: 2, inputTokens: 30, outputTokens: 7 },
        { day: '2026-11-02', model: 'gpt-5', requests: 2, inputTokens: 30, outputTokens: 7 },
        {
          day: '2026-11-02',
          model: 'text-embedding-4',
          requests: 2,
          inputTokens: 30,
          outputTokens: 0,
        },
      ],
    });
    expect(asked[0]).toBe(
      `Bearer sk-admin-1 /v1/organization/usage/completions?start_time=${FROM / 1000}&end_time=${TO / 1000}&bucket_width=1d&limit=31&group_by%5B%5D=model`,
    );
    expect(asked[1]).toContain('&page=page_2');
    expect(asked).toHaveLength(3);
  });

  it('of Anthropic adds up its classes of input', async () => {
    await using server = await startServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      const isAllowed = request.headers['x-api-key'] === 'sk-ant-admin-1';
      response.statusCode = isAllowed ? 200 : 401;
      response.end(
        JSON.stringify({
          data: [
            {
              starting_at: '2026-11-01T00:00:00Z',
              ending_at: '2026-11-02T00:00:00Z',
              results: [
                {
                  model: 'claude-haiku-5',
                  uncached_input_tokens: 1500,
                  cache_read_input_tokens: 200,
                  cache_creation: {
                    ephemeral_1h_input_tokens: 1000,
                    ephemeral_5m_input_tokens: 500,
                  },
                  output_tokens: 500,
                },
              ],
            },
          ],
          has_more: false,
          next_page: null,
        }),
      );
    });
    const ask = (adminKey: string) =>
      anthropicUsage({ upstream, baseUrl: server.url, adminKey, from: FROM, to: TO });

    expect(await ask('sk-ant-admin-1')).toEqual({
      ok: true,
      value: [{ day: '2026-11-01', model: 'claude-haiku-5', inputTokens: 3200, outputTokens: 500 }],
    });
    expect(await ask('wrong')).toMatchObject({ ok: false, error: { kind: 'provider_auth' } });
  });

  it('that has another form is an error, never a day without usage', async () => {
    await using server = await startServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"data":"none"}');
    });
    const told = await openAiUsage({
      upstream,
      baseUrl: server.url,
      adminKey: 'sk',
      from: FROM,
      to: TO,
    });
    expect(told).toMatchObject({ ok: false, error: { kind: 'provider_invalid_reply' } });
  });
});
