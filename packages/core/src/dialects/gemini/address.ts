import type { JsonObject } from '../../json/json-value.ts';

/** What may be asked of a model; a stream is asked for as events. */
export type GeminiMethod = 'generateContent' | 'streamGenerateContent' | 'countTokens';

/**
 * Where a request goes below the base URL. The model is one segment, so that no name can lead
 * elsewhere; only the two collections that the API itself knows are told apart.
 */
export function geminiPath(model: string, method: GeminiMethod): string {
  const [, collection, name] = /^(models|tunedModels)\/(.+)$/s.exec(model) ?? [];
  const segment = encodeURIComponent((name ?? model).toWellFormed());
  const query = method === 'streamGenerateContent' ? '?alt=sse' : '';
  return `/v1beta/${collection ?? 'models'}/${segment}:${method}${query}`;
}

/** A model as bodies name it. */
export const geminiResource = (model: string): string =>
  /^(models|tunedModels)\//.test(model) ? model : `models/${model}`;

/** The body as it is sent: without what the address says. */
export function geminiBody(body: JsonObject): JsonObject {
  const { model: _model, stream: _stream, ...sent } = body;
  return sent;
}
