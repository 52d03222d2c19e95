import type { ContentPart, ToolResultPart } from '../../chat/content-part.ts';
import type { GatewayError } from '../../chat/error.ts';
import type { Message } from '../../chat/message.ts';
import type { ProviderState } from '../../chat/provider-state.ts';
import { isJsonObject } from '../../json/json-value.ts';
import { err, ok, type Result } from '../../result.ts';
import { historyCallId } from './call-ids.ts';
import { fileSource, mediaOf } from './media-kind.ts';
import { asJson, asJsonObject, DIALECT, restOf, unknownFields } from './rest.ts';
import { isServerTool, serverToolOf } from './server-tool.ts';
import type { FunctionResponse, WireContent, WirePart, WireRequest } from './wire.ts';

/** State in a client's own history: which provider made it, the body doesn't say. */
const ORIGIN = { provider: DIALECT };

/** Stands in place of a signature where there is none; told by no model, so it is no state. */
export const NO_SIGNATURE = 'skip_thought_signature_validator';

/** A call of the history that waits for its result. */
interface Waiting {
  readonly id: string;
  readonly name: string;
}

/**
 * The history as messages: results of tools are messages of their own, the parts around them stay in
 * their order. Calls without ids are given some, and results go to calls by id, else by name and order.
 */
export function decodeContents(
  contents: readonly WireContent[],
): Result<readonly Message[], GatewayError> {
  const messages: Message[] = [];
  const waiting: Waiting[] = [];
  let calls = 0;
  for (const [at, { role, parts, ...others }] of contents.entries()) {
    const told: Message['role'] = role === 'model' ? 'assistant' : 'user';
    const first = messages.length;
    let run: ContentPart[] = [];
    const endRun = (): void => {
      if (run.length > 0) messages.push({ role: told, content: run });
      run = [];
    };
    for (const [index, part] of (parts ?? []).entries()) {
      if (part.functionResponse != null) {
        const call = takeCall(part.functionResponse, waiting);
        if (call === undefined) {
          const path = `contents[${at}].parts[${index}].functionResponse`;
          return err({ kind: 'invalid_request', path, detail: NO_CALL });
        }
        endRun();
        messages.push({ role: 'tool', content: [decodeResult(part.functionResponse, part, call)] });
        continue;
      }
      const decoded = decodePart(part, historyCallId(calls));
      if (part.functionCall != null) calls += 1;
      if (decoded?.type === 'tool-call') waiting.push({ id: decoded.id, name: decoded.name });
      if (decoded !== undefined) run.push(decoded);
    }
    endRun();
    const last = messages.length > first ? messages.pop() : { role: told, content: [] };
    if (last !== undefined) messages.push({ ...last, ...restOf(others, []) });
  }
  return ok(messages);
}

const NO_CALL = 'no functionCall that it could answer comes before it';

function takeCall({ id, name }: FunctionResponse, waiting: Waiting[]): Waiting | undefined {
  const byId = waiting.findIndex((call) => call.id === id);
  const byName = waiting.findIndex((call) => call.name === name);
  const [call] = waiting.splice(byId === -1 ? byName : byId, byId + byName === -2 ? 0 : 1);
  return call;
}

export function decodeSystem(system: WireRequest['systemInstruction']): readonly Message[] {
  if (system == null) return [];
  if (typeof system === 'string') {
    return [{ role: 'system', content: [{ type: 'text', text: system }] }];
  }
  const content = (system.parts ?? []).flatMap((part) => decodePart(part, '') ?? []);
  return content.length === 0 ? [] : [{ role: 'system', content }];
}

/** Undefined for a part that says nothing. */
function decodePart(part: WirePart, callId: string): ContentPart | undefined {
  const signed = stateOf(part.thoughtSignature);
  const { text, inlineData, fileData, functionCall } = part;
  if (functionCall != null) {
    return {
      type: 'tool-call',
      id: functionCall.id == null || functionCall.id === '' ? callId : functionCall.id,
      name: functionCall.name,
      argumentsJson: JSON.stringify(functionCall.args ?? {}),
      ...signed,
      ...restOf(part, ['functionCall', 'thoughtSignature']),
    };
  }
  if (text != null) return decodeText(text, part);
  if (inlineData != null) {
    return {
      ...mediaOf({ ...inlineData, source: { type: 'base64', data: inlineData.data } }),
      ...signed,
      ...restOf(part, ['inlineData', 'thoughtSignature']),
    };
  }
  if (fileData != null) {
    return {
      ...mediaOf({ ...fileData, source: fileSource(fileData.fileUri) }),
      ...signed,
      ...restOf(part, ['fileData', 'thoughtSignature']),
    };
  }
  const raw = asJsonObject(part);
  if (isServerTool(raw)) return serverToolOf(raw);
  return Object.keys(raw).length === 0 ? undefined : { type: 'opaque', dialect: DIALECT, raw };
}

function decodeText(text: string, part: WirePart): ContentPart | undefined {
  const signed = stateOf(part.thoughtSignature);
  const rest = restOf(part, ['text', 'thought', 'thoughtSignature']);
  // A signature without words belongs to thoughts that weren't shown.
  if (part.thought === true || (text === '' && signed.state !== undefined)) {
    const said = text === '' ? {} : { text };
    return { type: 'reasoning', ...said, form: 'summary', ...signed, ...rest };
  }
  return { type: 'text', text, ...signed, ...rest };
}

function stateOf(signature: string | null | undefined): {
  readonly state?: readonly ProviderState[];
} {
  if (signature == null || signature === '' || signature === NO_SIGNATURE) return {};
  return { state: [{ origin: ORIGIN, kind: 'thought-signature', data: signature }] };
}

/** `output` and `error` are the API's own words for what a function said; else it is all of it. */
function decodeResult(wire: FunctionResponse, part: WirePart, call: Waiting): ToolResultPart {
  const beside = unknownFields(part, ['functionResponse']);
  const response = asJson(wire.response ?? {});
  const { output, error } = isJsonObject(response) ? response : {};
  const isOnly = isJsonObject(response) && Object.keys(response).length === 1;
  const said = isOnly ? (output ?? error) : undefined;
  const texts = typeof said === 'string' ? [said] : textsOf(said);
  const isError = isOnly && error !== undefined;
  const media = (wire.parts ?? []).flatMap(({ inlineData, fileData }) => {
    if (inlineData != null) {
      return [mediaOf({ ...inlineData, source: { type: 'base64', data: inlineData.data } })];
    }
    return fileData == null ? [] : [mediaOf({ ...fileData, source: fileSource(fileData.fileUri) })];
  });
  return {
    type: 'tool-result',
    callId: call.id,
    ...(call.name === wire.name ? {} : { name: wire.name }),
    content: [
      ...(texts ?? [JSON.stringify(response)]).map((text) => ({ type: 'text' as const, text })),
      ...media,
    ],
    ...(isError ? { isError } : {}),
    ...restOf(
      // Kept as it came, so that what isn't text goes back as more than text.
      {
        ...wire,
        response: texts === undefined ? wire.response : undefined,
        beside: Object.keys(beside).length === 0 ? undefined : beside,
      },
      ['id', 'name', 'parts'],
    ),
  };
}

function textsOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 1) return undefined;
  return value.every((one) => typeof one === 'string') ? value : undefined;
}
