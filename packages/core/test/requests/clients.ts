import type { RequestDialect, SampleRequest } from '@tollgate/testkit';
import type { ChatRequest, Loss } from '../../src/chat/index.ts';
import { bedrockConverse } from '../../src/dialects/bedrock-converse/index.ts';
import {
  anthropicMessages,
  cohereChat,
  type Dialect,
  decodeHubRequest,
  decodeNativeRequest,
  gemini,
  openAiChat,
  openAiResponses,
  type Target,
} from '../../src/dialects/index.ts';
import { type JsonObject, type JsonValue, parseJson } from '../../src/json/index.ts';
import type { Quirks } from '../../src/providers/index.ts';
import { TARGET } from '../codec-contract.ts';
import { asObject } from './leaves.ts';

/** The request of a client in the hub's words; undefined where it is refused. */
export type DecodeClient = (
  body: JsonObject,
) => { readonly request: JsonValue; readonly losses: readonly Loss[] } | undefined;

const spoken =
  (dialect: Dialect): DecodeClient =>
  (body) => {
    const decoded = dialect.decodeRequest(body);
    if (!decoded.ok) return undefined;
    return { request: asSent(decoded.value.request), losses: decoded.value.losses };
  };

/** Everything that clients can speak to us. */
export const CLIENTS: { readonly [dialect in RequestDialect]: DecodeClient } = {
  'openai-chat': spoken(openAiChat),
  'openai-responses': spoken(openAiResponses),
  'anthropic-messages': spoken(anthropicMessages),
  gemini: spoken(gemini),
  native: (body) => {
    const decoded = decodeNativeRequest(body);
    return decoded.ok
      ? { request: asSent(decoded.value.request), losses: decoded.value.losses }
      : undefined;
  },
  hub: (body) => {
    const decoded = decodeHubRequest(body);
    return decoded.ok ? { request: asSent(decoded.value), losses: [] } : undefined;
  },
};

/** Everything that we can speak to providers. */
export const PROVIDERS: readonly Dialect[] = [
  openAiChat,
  openAiResponses,
  anthropicMessages,
  gemini,
  cohereChat,
  bedrockConverse,
];

/** What is run where a provider of a dialect runs anything: so much is read by eye, and checked. */
const RUN_BY: { readonly [dialect: string]: Quirks['serverTools'] } = {
  'openai-responses': ['web-search', 'code-execution', 'mcp'],
  'anthropic-messages': ['web-search', 'code-execution', 'mcp'],
  gemini: ['web-search', 'code-execution'],
};

export const targetFor = ({ id }: Dialect): Target => ({
  ...TARGET,
  quirks: { serverTools: RUN_BY[id] ?? [], openAiFields: true, takesReasoningDetails: true },
});

/** By the parser that real bodies go through: absent and undefined are the same there. */
export function asSent(value: unknown): JsonValue {
  const parsed = parseJson(JSON.stringify(value));
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

/** A sample's request in the hub's words. */
export function requestOf(sample: SampleRequest): JsonValue {
  const decoded = CLIENTS[sample.dialect](asObject(asSent(sample.body)));
  if (decoded === undefined) throw new Error(`${sample.dialect}/${sample.name} is refused`);
  return decoded.request;
}

/** Codec's edge: what a decoder gave is changed in one leaf, and still of its form. */
export const asRequest = (value: JsonValue): ChatRequest => value as unknown as ChatRequest;
