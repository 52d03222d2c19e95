import * as z from 'zod';
import type { GatewayError } from '../../chat/error.ts';
import type { EmbeddingReply, EmbeddingRequest } from '../../embeddings/embedding.ts';
import { err, ok, type Result } from '../../result.ts';
import { wireProblem } from '../wire-problem.ts';
import { HubRest } from './rest.ts';
import { Count, HubUsage } from './usage.ts';
import { HUB_VERSION, Version } from './version.ts';

/** A request for embeddings, as the hub knows it. Unknown fields are refused. */
export const HubEmbeddingRequest = z.strictObject({
  version: Version,
  model: z.string().min(1),
  /** Texts, or lists of the model's own tokens. */
  input: z
    .array(z.union([z.string(), z.array(Count).min(1).readonly()]))
    .min(1)
    .readonly(),
  dimensions: z.int().min(1).exactOptional(),
  encoding: z.enum(['float', 'base64']).exactOptional(),
  /** Absent: floats. Bits come packed, eight a number. */
  vectorType: z.enum(['int8', 'uint8', 'binary', 'ubinary']).exactOptional(),
  /** What the vectors are for: `query`, `document`, or what a provider invents. */
  task: z.string().min(1).exactOptional(),
  title: z.string().exactOptional(),
  truncate: z.enum(['start', 'end', 'none']).exactOptional(),
  endUser: z.string().exactOptional(),
  rest: HubRest.exactOptional(),
});
export type HubEmbeddingRequest = z.infer<typeof HubEmbeddingRequest>;

export const HubEmbeddingReply = z.strictObject({
  version: Version,
  model: z.string(),
  /** Numbers, or the little-endian 32-bit floats of them in base64. */
  vectors: z.array(z.union([z.string(), z.array(z.number()).readonly()])).readonly(),
  usage: HubUsage.exactOptional(),
});
export type HubEmbeddingReply = z.infer<typeof HubEmbeddingReply>;

export function decodeHubEmbeddingRequest(value: unknown): Result<EmbeddingRequest, GatewayError> {
  const parsed = HubEmbeddingRequest.safeParse(value);
  if (!parsed.success) {
    return err(wireProblem(parsed.error, Object.keys(HubEmbeddingRequest.shape)));
  }
  const { version: _version, ...request } = parsed.data;
  return ok(request);
}

export const encodeHubEmbeddingReply = (reply: EmbeddingReply): HubEmbeddingReply => ({
  version: HUB_VERSION,
  ...reply,
});
