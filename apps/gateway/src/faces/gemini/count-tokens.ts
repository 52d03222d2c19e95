import { gemini } from '@tollgate/core/dialects';
import { editTopLevel, isJsonObject, type JsonObject } from '@tollgate/core/json';
import type { Handler } from '../http/entrance.ts';
import { readJsonBody } from '../http/read-body.ts';
import { sendAnswer } from '../http/send-answer.ts';
import type { WireDeps } from '../http/wire-handler.ts';
import { countProtocol } from './protocols.ts';

/** How many tokens a request would have: counted by its provider, else estimated and said so. */
export const countTokens =
  (deps: WireDeps, model: string): Handler =>
  async ({ req, res, call }) => {
    const read = await readJsonBody(req, deps.config.limits.bodyBytes);
    if (!read.ok) return read.error;
    const { text, json } = read.value;
    const whole = wholeRequest(json);
    const body = { ...(whole?.request ?? json), model };
    const counted = await deps.services.tokenCounts.count(call, {
      protocol: countProtocol,
      text,
      body,
      headers: {},
      countField: 'totalTokens',
      ...(whole === undefined
        ? undefined
        : {
            renamed: (name: string) =>
              editTopLevel(text, {
                [whole.field]: { ...whole.request, model: resourceName(name) },
              }),
          }),
      check: () => gemini.decodeRequest(body),
    });
    if (!counted.ok) return counted.error;
    if (counted.value.type === 'counted') {
      await sendAnswer(res, call, { answer: counted.value.answer, clock: deps.clock });
      return undefined;
    }
    const { inputTokens, served } = counted.value;
    await sendAnswer(res, call, {
      answer: {
        type: 'whole',
        body: JSON.stringify({ totalTokens: inputTokens }),
        losses: [],
        served,
      },
      clock: deps.clock,
      headers: { 'x-tollgate-estimate': 'true' },
    });
    return undefined;
  };

/** Contents can be counted alone, or as part of a request with its instructions and tools. */
function wholeRequest(
  json: JsonObject,
): { readonly field: string; readonly request: JsonObject } | undefined {
  for (const field of ['generateContentRequest', 'generate_content_request']) {
    const request = json[field];
    if (request !== undefined && isJsonObject(request)) {
      return { field, request };
    }
  }
  return undefined;
}

const resourceName = (model: string): string =>
  /^(models|tunedModels)\//.test(model) ? model : `models/${model}`;
