import type { GatewayError } from '../../chat/error.ts';
import { type Encoded, type Loss, lost } from '../../chat/loss.ts';
import type { ProviderState } from '../../chat/provider-state.ts';
import type { ChatRequest, OutputFormat } from '../../chat/request.ts';
import type { JsonObject, JsonValue } from '../../json/json-value.ts';
import { isJsonObject } from '../../json/json-value.ts';
import { err, ok, type Result } from '../../result.ts';
import type { DecodedRequest, Target } from '../dialect.ts';
import { isSameOrigin } from '../is-same-origin.ts';
import { ownSettings } from '../openai-fields.ts';
import { restFor, restOf } from '../rest-of.ts';
import { wireProblem } from '../wire-problem.ts';
import { decodeInput } from './decode-input.ts';
import { DIALECT } from './dialect-name.ts';
import { encodeInput } from './encode-input.ts';
import { encodeSettings } from './encode-settings.ts';
import { decodeTool, decodeToolChoice } from './tools.ts';
import { KNOWN_FORMATS, REQUEST_FIELDS, WireRequest } from './wire.ts';

/** A copy without the fields that are absent, whichever way they say so. */
type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };
const present = <T extends object>(fields: T): Present<T> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  ) as Present<T>;

export const decodeRequest = (body: JsonObject): Result<DecodedRequest, GatewayError> =>
  decode(body, false);

/** A request whose reply is kept here, after the items of the kept responses that it continues. */
export function decodeKeptRequest(
  body: JsonObject,
  earlier: readonly JsonValue[],
): Result<DecodedRequest, GatewayError> {
  if (earlier.length === 0) return decode(body, true);
  const { input } = body;
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  const whole = { ...body, input: [...earlier, ...(Array.isArray(items) ? items : [])] };
  const decoded = decode(whole, true);
  return decoded.ok ? decoded : err(inOwnInput(decoded.error, earlier.length));
}

/** A client counts the items that it sent. */
function inOwnInput(error: GatewayError, earlier: number): GatewayError {
  if (error.kind !== 'invalid_request' || error.path === undefined) return error;
  const path = error.path.replace(
    /^input\[(\d+)\]/,
    (_all, at) => `input[${Number(at) - earlier}]`,
  );
  return { ...error, path };
}

function decode(body: JsonObject, isKept: boolean): Result<DecodedRequest, GatewayError> {
  const parsed = WireRequest.safeParse(body);
  if (!parsed.success) return err(wireProblem(parsed.error));
  const wire = parsed.data;
  const messages = decodeInput(wire, isKept);
  if (!messages.ok) return messages;
  if (messages.value.length === 0) {
    return err({ kind: 'invalid_request', path: 'input', detail: 'is required: text or items' });
  }
  const { include = [], text, reasoning } = wire;
  const hasLogprobs = include?.includes(LOGPROBS) === true || (wire.top_logprobs ?? 0) > 0;
  const request: ChatRequest = {
    model: wire.model,
    messages: messages.value,
    stream: wire.stream === true,
    ...present({
      maxOutputTokens: wire.max_output_tokens,
      temperature: wire.temperature,
      topP: wire.top_p,
      logprobs: hasLogprobs ? present({ top: wire.top_logprobs }) : undefined,
      reasoning: decodeReasoning(reasoning),
      output: decodeOutput(text),
      verbosity: text?.verbosity,
      tools: wire.tools?.map(decodeTool),
      toolChoice: wire.tool_choice ? decodeToolChoice(wire.tool_choice) : undefined,
      parallelToolCalls: wire.parallel_tool_calls,
      serviceTier: wire.service_tier,
      metadata: wire.metadata,
      endUser: wire.safety_identifier ?? wire.user,
      cacheKey: wire.prompt_cache_key,
      store: wire.store === true && !isKept ? true : undefined,
      rest: decodeRest(wire, body),
    }),
  };
  return ok({ request, losses: leftOut(wire, isKept) });
}

const LOGPROBS = 'message.output_text.logprobs';
const ENCRYPTED = 'reasoning.encrypted_content';

function decodeReasoning(wire: WireRequest['reasoning']): ChatRequest['reasoning'] {
  const effort = wire?.effort;
  if (!effort && !wire?.summary) return undefined;
  return {
    ...(effort ? { effort } : {}),
    ...(wire?.summary ? { visibility: 'summary' as const } : {}),
  };
}

function decodeOutput(text: WireRequest['text']): OutputFormat | undefined {
  const format = text?.format;
  if (!format || !KNOWN_FORMATS.has(format.type)) return undefined;
  if (format.type === 'text') return { type: 'text' };
  if (format.type === 'json_object') return { type: 'json' };
  const { schema, name, description, strict } = format;
  return {
    type: 'json-schema',
    schema: isJsonObject(schema) ? schema : {},
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof strict === 'boolean' ? { strict } : {}),
  };
}

/** Of the fields that are objects or lists, what of them we have no word for. */
function decodeRest(wire: WireRequest, body: JsonObject): ChatRequest['rest'] {
  const { reasoning, text, include } = wire;
  const format = text?.format && !KNOWN_FORMATS.has(text.format.type) ? ['verbosity'] : TEXT_FIELDS;
  const summary = reasoning?.summary === 'auto' ? REASONING_FIELDS : ['effort'];
  const others = include?.filter((name) => name !== LOGPROBS && name !== ENCRYPTED) ?? [];
  return restOf(
    DIALECT,
    {
      ...Object.fromEntries(Object.entries(body).filter(([name]) => !REQUEST_FIELDS.has(name))),
      reasoning: restOf(DIALECT, present(reasoning ?? {}), new Set(summary))?.fields,
      text: restOf(DIALECT, present(text ?? {}), new Set(format))?.fields,
      include: others.length === 0 ? undefined : others,
    },
    new Set(),
  );
}

const TEXT_FIELDS = ['format', 'verbosity'];
const REASONING_FIELDS = ['effort', 'summary'];

/** What can only be meant where replies are kept: elsewhere it is not done, and said. */
function leftOut(wire: WireRequest, isKept: boolean): readonly Loss[] {
  const losses: Loss[] = [];
  const unknown = 'only the provider that keeps it could know it';
  if (wire.conversation) losses.push(lost('storedConversation', 'conversation', unknown));
  if (wire.prompt) losses.push(lost('storedPrompt', 'prompt', unknown));
  if (wire.previous_response_id && !isKept)
    losses.push(lost('storedConversation', 'previous_response_id', unknown));
  if (wire.background === true && !isKept) {
    losses.push(
      lost('background', 'background', 'replies of this provider are not kept for later'),
    );
  }
  if (wire.store === true && !isKept)
    losses.push(lost('store', 'store', 'replies of this provider are not kept'));
  const { user, safety_identifier: safety } = wire;
  if (user && safety && user !== safety) {
    losses.push(lost('endUser', 'user', 'the safety identifier is sent in its place'));
  }
  return losses;
}

export function encodeRequest(
  request: ChatRequest,
  target: Target,
): Result<Encoded<JsonObject>, GatewayError> {
  const losses: Loss[] = [];
  const lose = (loss: Loss): void => {
    losses.push(loss);
  };
  const { reasoning, text, include, ...rest } = unnamed(request);
  const input = encodeInput(request, target, lose);
  const settings = encodeSettings(request, target, lose);
  const included = [
    ...(Array.isArray(include) ? include : []),
    ...(request.logprobs === undefined ? [] : [LOGPROBS]),
    ...(wantsThoughtsBack(request, target) ? [ENCRYPTED] : []),
  ];
  const value: JsonObject = {
    ...rest,
    ...ownSettings(request.rest, target.quirks),
    model: target.model,
    ...input,
    ...(request.stream ? { stream: true } : {}),
    ...settings.fields,
    ...nested('reasoning', reasoning, settings.reasoning),
    ...nested('text', text, settings.text),
    ...(included.length === 0 ? {} : { include: included }),
    // Nothing is kept that nobody here could ask for.
    store: request.store === true,
  };
  return ok({ value, losses });
}

/** The rest of a request without what the hub has a word for, in its objects too. */
function unnamed({ rest }: ChatRequest): { readonly [field: string]: JsonObject[string] } {
  const own = restFor(DIALECT, rest, REQUEST_FIELDS);
  if (rest?.dialect !== DIALECT) return own;
  const { reasoning, text, include } = rest.fields;
  const format = isJsonObject(text) ? text['format'] : undefined;
  const isOwn = isJsonObject(format) && !KNOWN_FORMATS.has(String(format['type']));
  const others = Array.isArray(include)
    ? include.filter((name) => name !== ENCRYPTED && name !== LOGPROBS)
    : [];
  return {
    ...own,
    ...(isJsonObject(reasoning) ? { reasoning: without(reasoning, ['effort']) } : {}),
    ...(isJsonObject(text) ? { text: without(text, isOwn ? ['verbosity'] : TEXT_FIELDS) } : {}),
    ...(others.length === 0 ? {} : { include: others }),
  };
}

const without = (value: JsonObject, unwanted: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !unwanted.includes(name)));

function nested(field: string, rest: unknown, own: JsonObject): JsonObject {
  const value = { ...own, ...(isJsonObject(rest) ? rest : {}) };
  return Object.keys(value).length === 0 ? {} : { [field]: value };
}

/**
 * Thoughts that the provider doesn't keep come back encrypted, where they are asked for. Models that
 * don't reason refuse the question, so it needs a sign that this one does.
 */
function wantsThoughtsBack(request: ChatRequest, { ability, origin }: Target): boolean {
  if (request.store === true || ability.reasoning === false) return false;
  if (ability.reasoning === true) return true;
  const { reasoning } = request;
  const isAsked =
    reasoning?.enabled === true ||
    reasoning?.budgetTokens !== undefined ||
    (reasoning?.effort !== undefined && reasoning.effort !== 'none');
  const isOwn = ({ kind, origin: made }: ProviderState): boolean =>
    kind === 'encrypted' && isSameOrigin(made, origin, DIALECT);
  // Thoughts that go back to it are a sign too; those of another say nothing of this one.
  return (
    isAsked ||
    request.messages.some(({ content }) => content.some(({ state }) => state?.some(isOwn)))
  );
}
