import type { ProviderDialectId } from '../dialects/dialect-id.ts';
import type { Framing } from '../framing/framing.ts';
import type { JsonObject } from '../json/json-value.ts';
import type { Operation } from './operation.ts';

/** Where an operation is at a provider, and what it looks like there beyond its dialect. */
export interface Endpoint {
  /**
   * Beneath the base URL. `{model}` stands for the model as one segment; `{resourceName}` for the same in
   * the collection that Gemini's API has it in, `models/…` unless it is named otherwise.
   */
  readonly path: string;
  /** Where a stream is asked for, if elsewhere. */
  readonly streamPath?: string;
  /** What the address says of a request, and its body doesn't. */
  readonly addressed?: readonly AddressedField[];
  /** How its streams are cut into events; absent: as server-sent events. */
  readonly framing?: Framing;
  /** Whose words its errors are in; absent: its dialect's. */
  readonly errors?: ProviderDialectId;
  /** Headers of its dialect that are fields of the body here. */
  readonly bodyHeaders?: { readonly [header: string]: BodyHeader };
}

type AddressedField = 'model' | 'stream';

/** A header as a field: its words in the ones that are used here, or as a list of its values. */
export interface BodyHeader {
  readonly field: string;
  readonly words?: { readonly [word: string]: string };
  readonly isList?: boolean;
}

/** As each dialect's own provider has them. */
const ENDPOINTS = {
  'openai-chat': { path: '/chat/completions' },
  'openai-responses': { path: '/responses' },
  'openai-completions': { path: '/completions' },
  'openai-embeddings': { path: '/embeddings' },
  'openai-count-tokens': { path: '/responses/input_tokens' },
  'anthropic-messages': { path: '/v1/messages' },
  'anthropic-count-tokens': { path: '/v1/messages/count_tokens' },
  gemini: {
    path: '/v1beta/{resourceName}:generateContent',
    streamPath: '/v1beta/{resourceName}:streamGenerateContent?alt=sse',
    addressed: ['model', 'stream'],
  },
  'gemini-count-tokens': {
    path: '/v1beta/{resourceName}:countTokens',
    addressed: ['model', 'stream'],
  },
  'gemini-embed-content': {
    path: '/v1beta/{resourceName}:embedContent',
    addressed: ['model', 'stream'],
  },
  'gemini-batch-embed-contents': {
    path: '/v1beta/{resourceName}:batchEmbedContents',
    addressed: ['model', 'stream'],
  },
  'cohere-chat': { path: '/v2/chat' },
  'cohere-embeddings': { path: '/v2/embed' },
  'bedrock-converse': {
    path: '/model/{model}/converse',
    streamPath: '/model/{model}/converse-stream',
    addressed: ['model', 'stream'],
    framing: 'amazon-events',
  },
} as const satisfies Record<Operation, Endpoint>;

/** Operations that aren't where, or what, they are at their dialect's own provider. */
export type Endpoints = { readonly [operation in Operation]?: Endpoint };

export const endpointOf = (
  { endpoints }: { readonly endpoints?: Endpoints },
  operation: Operation,
): Endpoint => endpoints?.[operation] ?? ENDPOINTS[operation];

/** True where one address serves all models, streamed or not. */
export const hasOneAddress = ({ path, streamPath }: Endpoint): boolean =>
  streamPath === undefined && !path.includes('{');

/** An endpoint's path for one model. */
export function pathOf(
  { path, streamPath }: Endpoint,
  asked: { readonly model: string; readonly stream?: boolean | undefined },
): string {
  const template = asked.stream === true ? (streamPath ?? path) : path;
  if (!template.includes('{')) return template;
  return template.replace(/\{(model|resourceName)\}/, (_, word: string) =>
    word === 'model' ? segment(asked.model) : resourceName(asked.model),
  );
}

/** The two collections that Gemini's API itself knows are told apart from a model's name. */
function resourceName(model: string): string {
  const [, collection, name] = /^(models|tunedModels)\/(.+)$/s.exec(model) ?? [];
  return `${collection ?? 'models'}/${segment(name ?? model)}`;
}

/**
 * One segment, so that no name leads elsewhere. `encodeURIComponent` leaves five characters that
 * AWS's signature wants encoded (RFC 3986, 2.2). Dots alone would be taken for a way up, encoded too:
 * they get company, and name no model either way.
 */
function segment(model: string): string {
  const encoded = encodeURIComponent(model.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return /^\.{1,2}$/.test(encoded) ? `${encoded}%20` : encoded;
}

/** A body of our own making as it is sent: without what the address says. */
export function bodyFor({ addressed = [] }: Endpoint, body: JsonObject): JsonObject {
  if (addressed.length === 0) return body;
  return Object.fromEntries(
    Object.entries(body).filter(([field]) => !addressed.some((said) => said === field)),
  );
}

/**
 * Fields that a body which passes must lose: what the address says here, and the dialect's own
 * provider is told in the body.
 */
export const misplacedFields = (
  endpoint: Endpoint,
  operation: Operation,
): readonly AddressedField[] => {
  const own: Endpoint = ENDPOINTS[operation];
  return (endpoint.addressed ?? []).filter((field) => own.addressed?.includes(field) !== true);
};
