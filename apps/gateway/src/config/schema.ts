import { TIERS } from '@tollgate/core/governance';
import type { AddressWord } from '@tollgate/core/providers';
import * as z from 'zod';
import { FACE_NAMES } from './face-names.ts';
import { HTTP_URL, HttpUrl, OwnHost } from './http-url.ts';
import { LOSSES, Losses } from './loss-schema.ts';
import { OutboxSettings } from './outbox-schema.ts';
import { PriceListSettings } from './price-list-schema.ts';
import { PriceEntry } from './price-schema.ts';
import { ProviderModel } from './provider-model.ts';
import { Quirks } from './quirk-schema.ts';
import { StorageSettings } from './storage-schema.ts';

/** What may stand in a header: visible ASCII. */
export const Key = z
  .string()
  .min(1, 'expected a key')
  .regex(/^[\x21-\x7e]*$/, 'must not hold spaces, line breaks or letters beyond ASCII');

const Seconds = (longest: number) => z.int().min(1).max(longest);
const DAY = 86_400;

export const PROVIDER_DIALECTS = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
  'cohere-chat',
  'bedrock-converse',
] as const;
const Dialect = z.enum(PROVIDER_DIALECTS);

const LocalKey = z.strictObject({
  name: z.string().min(1).max(80).meta({ description: 'Stands in the ledger and in reports.' }),
  key: Key.min(8, 'expected at least 8 characters').meta({
    description: 'The key itself, usually "${VARIABLE}". Only its hash is used.',
  }),
  role: z.enum(['admin', 'member']).default('member').meta({ description: 'What it may do.' }),
  models: z
    .array(z.string().min(1))
    .optional()
    .meta({ description: 'Names, or `provider/…*` patterns, that this key may use. Absent: all.' }),
  faces: z
    .array(z.enum(FACE_NAMES))
    .optional()
    .meta({ description: 'Faces that this key may use. Absent: all.' }),
  requestsPerMinute: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({ description: 'Absent: `limits.requestsPerMinute`.' }),
});

const LocalKeys = z
  .array(LocalKey)
  .default([])
  .meta({ description: 'Local keys, beside those made with `tollgate keys create`.' });

const KINDS = 'Who knows the keys and their limits: this gateway, or Zion.';

const Governance = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('local').meta({ description: KINDS }), keys: LocalKeys }),
  z.strictObject({
    kind: z.literal('zion').meta({ description: KINDS }),
    url: HttpUrl.meta({ description: 'Zion’s base URL.' }),
    apiKey: Key.meta({ description: 'The service key that Zion expects in `x-api-key`.' }),
    profileTtlSeconds: Seconds(7 * DAY)
      .default(300)
      .meta({ description: 'How long a user’s profile is kept.' }),
    limitsTtlSeconds: Seconds(7 * DAY)
      .default(300)
      .meta({ description: 'How long a user’s limits are kept.' }),
    tierTtlSeconds: Seconds(7 * DAY)
      .default(1_800)
      .meta({ description: 'How long the tier configuration is kept.' }),
    keys: LocalKeys,
  }),
]);

const DNS_LABEL = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;
const Label = z.string().regex(DNS_LABEL, 'expected letters, digits and dashes');

/** What stands in the addresses of some providers; nothing else may come of it than a part of one. */
export const AddressWords = {
  resource: Label,
  region: Label,
  project: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.:-]{0,62}$/, 'expected a project’s id, as in my-project-1'),
  location: Label,
  apiVersion: z.string().regex(/^[\w.-]{1,40}$/, 'expected a version, as in 2025-04-01-preview'),
} satisfies { readonly [word in AddressWord]-?: z.ZodType<string> };

const AwsCredentials = z.strictObject({
  accessKeyId: Key,
  secretAccessKey: Key,
  sessionToken: Key.optional(),
});
const Credentials = z.union([z.string().min(1), AwsCredentials], {
  error:
    'expected accessKeyId and secretAccessKey (and a sessionToken), or the path or text of a credentials file',
});

/** Headers by which clients opt in to what is new. */
export const BETA_HEADERS = ['anthropic-beta', 'openai-beta'] as const;

const BaseUrls = z.partialRecord(Dialect, HttpUrl);

const Provider = z.strictObject({
  enabled: z.boolean().default(true).meta({
    description: 'false: off, even where the environment holds its key.',
  }),
  apiKey: Key.optional().meta({
    description: 'The provider’s key, or `none` where it wants none. Unset `${VARIABLE}`: off.',
  }),
  resource: AddressWords.resource.optional().meta({ description: 'Azure: the resource’s name.' }),
  apiVersion: AddressWords.apiVersion.optional().meta({
    description: 'Azure: calls deployments, by this version. Absent: the `v1` API.',
  }),
  region: AddressWords.region.optional().meta({ description: 'Bedrock: the AWS region.' }),
  project: AddressWords.project.optional().meta({ description: 'Vertex: the project’s id.' }),
  location: AddressWords.location.optional().meta({
    description: 'Vertex: where it runs; `global`, `us`, `eu` or a region.',
  }),
  credentials: Credentials.optional().meta({
    description:
      'In place of a key. Bedrock: `accessKeyId`, `secretAccessKey`, `sessionToken`. Vertex: a credentials file’s path, or its text.',
  }),
  dialect: z
    .union([Dialect, z.array(Dialect).min(1)], {
      error: `expected one of ${PROVIDER_DIALECTS.map((id) => `"${id}"`).join(', ')}, or a list of them`,
    })
    .optional()
    .meta({
      description: 'What it speaks, in order of preference. A known name brings its own.',
    }),
  baseUrl: z
    .union([HttpUrl, BaseUrls], { error: `expected ${HTTP_URL}, or a map from dialect to URL` })
    .optional()
    .meta({
      description:
        'What its own official client calls its base URL: one, or one for each dialect. One alone is that of the dialects which `dialect` lists, else of its first.',
    }),
  auth: z
    .enum(['bearer', 'x-api-key', 'x-goog-api-key', 'api-key', 'none'])
    .optional()
    .meta({ description: 'How the key is sent. Absent: as its dialect does.' }),
  anthropicVersion: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/, 'expected a date, as in 2023-06-01')
    .optional()
    .meta({
      description:
        'The `anthropic-version` of translated requests. Absent: 2023-06-01. What passes keeps its client’s.',
    }),
  betas: z
    .partialRecord(z.enum(BETA_HEADERS), z.array(z.string().min(1)))
    .optional()
    .meta({
      description:
        'Values of `anthropic-beta` and `openai-beta` that it knows, `*` at their end for any ending; others are dropped and told. Absent: as known, all at a name of yours.',
    }),
  account: z.string().min(1).max(64).optional().meta({
    description:
      'Names the account that its key belongs to: give it before a key is rotated, and state that the provider made under the old one (signatures, encrypted reasoning) still goes back. Absent: the key itself decides.',
  }),
  models: z
    .array(z.string().min(1))
    .optional()
    .meta({ description: 'Models it is known to serve: bare names find it by these.' }),
  pricedAs: z.string().min(1).max(80).exactOptional().meta({
    description: 'The price list’s name for it, as in `openai`. A known name brings its own.',
  }),
  quirks: Quirks.optional().meta({ description: 'Where it departs from its dialect.' }),
  responses: z
    .strictObject({
      keeps: z.boolean().default(false).meta({
        description: 'It keeps them, and goes on from one by `previous_response_id`.',
      }),
      background: z.boolean().default(false).meta({ description: 'It takes `background`.' }),
    })
    .optional()
    .meta({
      description:
        'What its Responses API does besides answering at once. What it doesn’t, Tollgate does.',
    }),
});
export type ProviderSettings = z.output<typeof Provider>;

const ProviderName = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/, 'expected letters, digits, dots, dashes');

const TierModels = z
  .array(
    z.strictObject({
      model: ProviderModel.meta({ description: 'provider/model.' }),
      relativeCost: z.number().min(0).max(1_000_000).default(1).meta({
        description: 'Its weight in the draw is the inverse of this.',
      }),
    }),
  )
  .default([]);

/** The settings file as it is written: strict, so that a misspelt limit can't be ignored. */
export const Settings = z.strictObject({
  server: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1').meta({ description: 'Address to listen on.' }),
      port: z.int().min(0).max(65_535).default(8080).meta({
        description: 'Port to listen on; 0: any free one.',
      }),
    })
    .prefault({}),
  dataDir: z.string().min(1).default('./data').meta({
    description: 'Folder of the ledger, from the file’s folder (without a file: the working one).',
  }),
  governance: Governance.prefault({ kind: 'local' }),
  storage: StorageSettings.prefault({}),
  providers: z.record(ProviderName, Provider).default({}).meta({
    description: 'By name. A known name brings dialect, URL and quirks; `sim` is always there.',
  }),
  models: z.record(z.string().min(1).max(200), ProviderModel).default({}).meta({
    description: 'Public name to provider/model.',
  }),
  prices: z.record(ProviderModel, PriceEntry).default({}).meta({
    description:
      'By provider/model: what it costs, in place of what the bundled list says. By provider/model@tier: what it costs where its provider served it in that tier (priority, flex); the standard price is never taken for another tier. Under `teams` and `keys` for some callers alone: a key’s price wins over its team’s, that over everybody’s, each as a whole.',
  }),
  priceList: PriceListSettings.prefault({}),
  losses: z.record(ProviderModel, Losses).default({}).meta({ description: LOSSES }),
  defaultProvider: ProviderName.optional().meta({
    description: 'Where a bare model name goes that no provider is known to serve.',
  }),
  tiers: z
    .strictObject({ simple: TierModels, moderate: TierModels, complex: TierModels })
    .prefault({})
    .meta({ description: 'Models that serve each tier; Zion’s configuration wins over it.' }),
  native: z
    .strictObject({
      defaultTier: z.enum(TIERS).optional().meta({
        description:
          'Serves native requests that name neither model nor tier. Absent: they are 400.',
      }),
      sessionTtlSeconds: Seconds(30 * DAY)
        .default(DAY)
        .meta({
          description: 'How long a conversation keeps its model after its last request.',
        }),
      docsKey: Key.optional().meta({
        description: 'When set, /native/docs wants it in X-Docs-Key.',
      }),
    })
    .prefault({}),
  limits: z
    .strictObject({
      requestsPerMinute: z.int().min(1).max(1_000_000).optional().meta({
        description: 'For each key or user. Absent: 100 for Zion’s users, none for local keys.',
      }),
      bodyBytes: z.int().min(1_024).max(1_073_741_824).default(33_554_432).meta({
        description: 'The largest request body that is read.',
      }),
    })
    .prefault({}),
  passthrough: z
    .array(
      z
        .string()
        .regex(
          /^(GET|POST|PUT|PATCH|DELETE) \/v1(\/([A-Za-z0-9_.~-]+|\{[A-Za-z_]\w*\}))+$/,
          'expected a method and a path under /v1, as in "POST /v1/audio/speech"',
        )
        .refine((route) => !/\/\.{1,2}(\/|$)/.test(route), 'must not hold . or .. as a segment'),
    )
    .default([])
    .meta({
      description:
        'OpenAI paths relayed as they are: "POST /v1/audio/speech". `{name}` is any one segment.',
    }),
  media: z
    .strictObject({
      fetch: z.boolean().default(true).meta({
        description: 'Fetches media that come by URL, for models that take bytes only.',
      }),
      privateHosts: z.array(OwnHost).default([]).meta({
        description: 'Hosts of one’s own network to fetch from. All others must be public.',
      }),
    })
    .prefault({}),
  outbox: OutboxSettings.prefault({}),
  metrics: z
    .strictObject({
      port: z.int().min(1).max(65_535).optional().meta({
        description: 'A port of its own for /metrics. Absent: the server’s, for admin keys.',
      }),
    })
    .prefault({}),
  debug: z.boolean().default(false).meta({ description: 'Switches /debug/* on.' }),
  log: z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info')
        .meta({ description: 'How much is logged.' }),
    })
    .prefault({}),
});
export type Settings = z.output<typeof Settings>;
