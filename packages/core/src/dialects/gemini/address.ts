import type { JsonObject } from '../../json/json-value.ts';

/** A model as bodies name it. */
export const geminiResource = (model: string): string =>
  /^(models|tunedModels)\//.test(model) ? model : `models/${model}`;

/** The body without what the address says. */
export function geminiBody(body: JsonObject): JsonObject {
  const { model: _model, stream: _stream, ...sent } = body;
  return sent;
}
