import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { SseEvent } from '../../sse/sse-event.ts';

export interface WireEvent {
  readonly name: string;
  readonly payload: JsonObject;
}

const NAMES = [
  'messageStart',
  'contentBlockStart',
  'contentBlockDelta',
  'contentBlockStop',
  'messageStop',
  'metadata',
];

const isName = (name: string): boolean => NAMES.includes(name) || name.endsWith('Exception');

/**
 * One frame of the event stream: named by its `:event-type` or `:exception-type` header, or, as the
 * official client shows it, by the only field of its payload. Undefined where it is no frame at all;
 * a frame that isn't known has an empty name.
 */
export function readEvent({ event, data }: SseEvent): WireEvent | undefined {
  const json = parseJson(data);
  if (!json.ok || !isJsonObject(json.value)) return undefined;
  const body = json.value;
  if (event !== undefined && isName(event)) return { name: event, payload: body };
  for (const [name, payload] of Object.entries(body)) {
    if (isName(name) && isJsonObject(payload)) return { name, payload };
  }
  return { name: '', payload: body };
}
