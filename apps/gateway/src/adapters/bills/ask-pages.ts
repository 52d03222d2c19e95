import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { decodeUtf8, parseJson } from '@tollgate/core/json';
import * as z from 'zod';
import type { DayFigures } from '../../ports/day-figures.ts';
import { DEADLINES, MOST_PAGES, type ReportRequest } from './usage-report.ts';

const LARGEST_PAGE = 16 * 1024 * 1024;

interface Paged {
  readonly figures: readonly DayFigures[];
  /** What the next page is asked with; absent: this was the last. */
  readonly next?: string | undefined;
}

/** A page of a report: providers tell buckets of their own in one frame. */
export const pageOf = <Bucket extends z.ZodType>(
  bucket: Bucket,
  figuresOf: (bucket: z.output<Bucket>) => readonly DayFigures[],
) =>
  z
    .looseObject({
      data: z.array(bucket),
      has_more: z.boolean(),
      next_page: z.string().nullish(),
    })
    .transform(
      ({ data, has_more, next_page }): Paged => ({
        figures: data.flatMap(figuresOf),
        ...(has_more && next_page != null ? { next: next_page } : undefined),
      }),
    );

export interface PageRequest<Schema extends z.ZodType<Paged>> {
  readonly provider: string;
  readonly url: URL;
  readonly headers: { readonly [name: string]: string };
  readonly schema: Schema;
}

/** All pages of a report. A reply that is no such page is an error, never a day without usage. */
export async function askPages<Schema extends z.ZodType<Paged>>(
  { upstream }: Pick<ReportRequest, 'upstream'>,
  { provider, url, headers, schema }: PageRequest<Schema>,
): Promise<Result<readonly DayFigures[], GatewayError>> {
  const figures: DayFigures[] = [];
  const address = new URL(url);
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const sent = await upstream.send({
      provider,
      url: address,
      method: 'GET',
      headers,
      body: undefined,
      deadlines: DEADLINES,
      signal: new AbortController().signal,
    });
    if (!sent.ok) return sent;
    const { status } = sent.value;
    if (status !== 200) {
      sent.value.body.cancel();
      return err(
        status === 401 || status === 403
          ? { kind: 'provider_auth', provider, status }
          : { kind: 'provider_failed', provider, status },
      );
    }
    const bytes = await sent.value.body.bytes(LARGEST_PAGE);
    if (!bytes.ok) return bytes;
    const text = decodeUtf8(bytes.value);
    const json = text.ok ? parseJson(text.value) : text;
    const parsed = json.ok ? schema.safeParse(json.value) : undefined;
    if (parsed?.success !== true) {
      const detail = 'The usage report has another form than is known.';
      return err({ kind: 'provider_invalid_reply', provider, detail });
    }
    figures.push(...parsed.data.figures);
    if (parsed.data.next === undefined) return ok(figures);
    address.searchParams.set('page', parsed.data.next);
  }
  return err({
    kind: 'provider_invalid_reply',
    provider,
    detail: 'The usage report has no last page.',
  });
}
