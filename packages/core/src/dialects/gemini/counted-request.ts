import { editTopLevel } from '../../json/edit-top-level.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { geminiResource } from './address.ts';

/** Contents can be counted alone, or as part of a request with its instructions and tools. */
export function wholeRequest(
  body: JsonObject,
): { readonly field: string; readonly request: JsonObject } | undefined {
  for (const field of ['generateContentRequest', 'generate_content_request']) {
    const request = body[field];
    if (request !== undefined && isJsonObject(request)) return { field, request };
  }
  return undefined;
}

/** The text of a body to be counted, under its provider's name of the model where it says one itself. */
export function renamedCount(text: string, body: JsonObject, model: string): string {
  const whole = wholeRequest(body);
  if (whole === undefined) return text;
  return editTopLevel(text, { [whole.field]: { ...whole.request, model: geminiResource(model) } });
}
