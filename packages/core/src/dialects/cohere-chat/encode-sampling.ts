import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { ChatRequest } from '../../chat/request.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Ability } from '../../providers/ability.ts';

/**
 * Names and bounds of the settings.
 * Sources: the request type of cohere-ai 8.1; for the temperature https://docs.cohere.com/reference/errors
 */
const SETTINGS = [
  { field: 'temperature', name: 'temperature', least: 0, most: 1, isSampling: true },
  { field: 'topP', name: 'p', least: 0.01, most: 0.99, isSampling: true },
  { field: 'topK', name: 'k', least: 0, most: 500, isSampling: true },
  { field: 'frequencyPenalty', name: 'frequency_penalty', least: 0, most: 1, isSampling: false },
  { field: 'presencePenalty', name: 'presence_penalty', least: 0, most: 1, isSampling: false },
] as const;

export function encodeSampling(request: ChatRequest, ability: Ability, losses: Loss[]): JsonObject {
  const fields: { [name: string]: number } = {};
  for (const { field, name, least, most, isSampling } of SETTINGS) {
    const asked = request[field];
    if (asked === undefined) continue;
    if (isSampling && ability.sampling === false) {
      losses.push(lost(field, field, 'this model takes no sampling settings'));
      continue;
    }
    const value = Math.min(most, Math.max(least, asked));
    if (value !== asked) {
      losses.push(changed(field, field, 'clamped', `${name} goes from ${least} to ${most} here`));
    }
    fields[name] = value;
  }
  return fields;
}
