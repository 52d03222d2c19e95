import * as z from 'zod';
import { WEBHOOK_KINDS, type WebhookKind } from '../ports/webhooks.ts';
import { HttpUrl, OwnHost } from './http-url.ts';
import { Secret } from './secret.ts';

const Webhook = z.strictObject({
  url: HttpUrl.meta({ description: 'Where events are posted to.' }),
  secret: z
    .string()
    .min(16, 'expected at least 16 characters')
    .max(1024)
    .meta({ description: 'What deliveries are signed with, usually "${VARIABLE}".' }),
  kinds: z
    .array(z.enum(WEBHOOK_KINDS))
    .min(1)
    .default([...WEBHOOK_KINDS])
    .meta({ description: 'What it is told of.' }),
});

const Files = z.strictObject({
  path: z.string().min(1).meta({
    description: 'Folder of `usage-2026-11-26.jsonl` and so on, from the file’s folder.',
  }),
  keepDays: z.int().min(1).max(36_500).exactOptional().meta({
    description: 'Older files are removed. Absent: none is.',
  }),
});

/** Who is told what was used, besides Zion. */
export const OutboxSettings = z.strictObject({
  webhooks: z
    .record(
      z
        .string()
        .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/, 'expected letters, digits, dots, dashes'),
      Webhook,
    )
    .default({})
    .meta({ description: 'Endpoints by a name of yours; see [outbox.md](outbox.md).' }),
  privateHosts: z.array(OwnHost).default([]).meta({
    description: 'Hosts of one’s own network that webhooks may lead to. All others must be public.',
  }),
  files: Files.exactOptional().meta({
    description: 'Usage events as lines of JSON, one file a day.',
  }),
});

export interface WebhookConfig {
  readonly name: string;
  readonly url: URL;
  readonly secret: Secret;
  readonly kinds: readonly WebhookKind[];
}

export interface OutboxConfig {
  readonly webhooks: readonly WebhookConfig[];
  readonly privateHosts: readonly string[];
  readonly files: { readonly path: string; readonly keepDays?: number } | undefined;
}

export const outboxConfigOf = (settings: z.output<typeof OutboxSettings>): OutboxConfig => ({
  webhooks: Object.entries(settings.webhooks).map(([name, { url, secret, kinds }]) => ({
    name,
    url: new URL(url),
    secret: new Secret(secret),
    kinds: [...new Set(kinds)],
  })),
  privateHosts: settings.privateHosts,
  files: settings.files,
});
