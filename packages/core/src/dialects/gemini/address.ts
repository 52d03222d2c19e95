import type { JsonObject } from '../../json/json-value.ts';

/**
 * Where a request goes below the base URL. The model is one segment, so that no name can lead
 * elsewhere; only the two collections that the API itself knows are told apart.
 */
export function geminiPath(model: string, stream: boolean): string {
  const [, collection, name] = /^(models|tunedModels)\/(.+)$/s.exec(model) ?? [];
  const segment = encodeURIComponent((name ?? model).toWellFormed());
  const verb = stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
  return `/v1beta/${collection ?? 'models'}/${segment}:${verb}`;
}

/** The body as it is sent: without what the address says. */
export function geminiBody(body: JsonObject): JsonObject {
  const { model: _model, stream: _stream, ...sent } = body;
  return sent;
}
