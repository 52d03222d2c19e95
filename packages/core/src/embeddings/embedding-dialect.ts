import type { GatewayError } from '../chat/error.ts';
import { type Encoded, type Loss, lost } from '../chat/loss.ts';
import type { Target } from '../dialects/dialect.ts';
import type { DialectId } from '../dialects/dialect-id.ts';
import type { JsonObject, JsonValue } from '../json/json-value.ts';
import { err, type Result } from '../result.ts';
import type { DecodedEmbeddingRequest, EmbeddingReply, EmbeddingRequest } from './embedding.ts';

/** How clients of a dialect ask for embeddings. */
export interface EmbeddingFace {
  /** Its own words for the hub's fields, where they differ: losses are told in them. */
  readonly names: { readonly [field: string]: string };
  decodeRequest(body: JsonObject): Result<DecodedEmbeddingRequest, GatewayError>;
  /** In the form that the request asked for, whatever form the vectors came in. */
  encodeReply(reply: EmbeddingReply, request: EmbeddingRequest): JsonObject;
}

/** How providers of a dialect are asked for embeddings. */
export interface EmbeddingProvider {
  /** Most inputs in one request to this target. */
  maxInputs(target: Target): number;
  encodeRequest(request: EmbeddingRequest, target: Target): Encoded<JsonObject>;
  /** Vectors in the order of their items; fails unless there is one for each. */
  decodeReply(
    body: JsonValue,
    request: EmbeddingRequest,
    target: Target,
  ): Result<EmbeddingReply, GatewayError>;
}

export const invalidReply = (
  { provider }: Target,
  detail: string,
): { readonly ok: false; readonly error: GatewayError } =>
  err({ kind: 'provider_invalid_reply', provider, detail });

export const NOT_ONE_EACH = 'it has not one embedding for each input';

/** The length to ask for: none where the model has no other. */
export function askedDimensions(
  { dimensions }: EmbeddingRequest,
  { ability }: Target,
  losses: Loss[],
): number | undefined {
  const lengths = ability.dimensions;
  if (dimensions === undefined || lengths === undefined) return dimensions;
  if (!lengths.includes(dimensions)) {
    const made = lengths.join(', ');
    losses.push(
      lost('dimensions', 'dimensions', `this model makes vectors of length ${made} only`),
    );
    return undefined;
  }
  return lengths.length === 1 ? undefined : dimensions;
}

/** Fields of another dialect's client that have no word in the hub. */
export const lostFields = (dialect: DialectId, { rest }: EmbeddingRequest): readonly Loss[] =>
  rest === undefined || rest.dialect === dialect
    ? []
    : Object.keys(rest.fields).map((field) =>
        lost('unknownFields', field, 'a field that only another dialect knows'),
      );

/** The inputs as texts. Tokens are of one model's vocabulary: no other could read them. */
export function textsOf({ input }: EmbeddingRequest, losses: Loss[]): readonly string[] {
  const texts = input.filter((item) => typeof item === 'string');
  if (texts.length < input.length) {
    losses.push(lost('tokenInput', 'input', 'this provider takes texts only, not tokens'));
  }
  return texts;
}
