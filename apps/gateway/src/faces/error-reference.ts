import {
  type BudgetFacts,
  ERROR_FACTS,
  type ErrorKind,
  type GatewayError,
  type LimitFacts,
  retryAfterSeconds,
} from '@tollgate/core/chat';
import {
  encodeAnthropicError,
  encodeGeminiError,
  encodeNativeError,
  encodeOpenAiError,
} from '@tollgate/core/dialects';
import * as z from 'zod';
import { predecessorError } from './openai/predecessor-error.ts';

interface Entry {
  readonly example: GatewayError;
  readonly means: string;
  readonly todo: string;
}

const seconds = { retryAfterSeconds: 1 };
const limit: LimitFacts = { name: 'requests', limit: 1, used: 1, remaining: 0, ...seconds };
const budget: BudgetFacts = {
  id: 'bud_1',
  scope: { kind: 'key', id: 'key_1' },
  terms: '1 requests/day',
  unit: 'requests',
  limit: '1',
  spent: '1',
  reserved: '0',
  left: '0',
  asked: '1',
  ...seconds,
};
const provider = 'openai';
const detail = 'why';

const AGAIN = 'Try again after `retry-after`.';
const OTHER_MODEL = 'Try again, or another model.';

/** A new kind is a compile error here, until it says what its reader is to do. */
const ENTRIES: {
  readonly [Kind in ErrorKind]: Entry & { readonly example: Extract<GatewayError, { kind: Kind }> };
} = {
  invalid_request: {
    example: { kind: 'invalid_request', path: 'model', detail },
    means: 'A field or a header is wrong.',
    todo: 'Mend what the message names by its JSON path.',
  },
  invalid_json: {
    example: { kind: 'invalid_json', detail },
    means: 'The body is no JSON, or nested too deep.',
    todo: 'Mend it where the message says.',
  },
  body_too_large: {
    example: { kind: 'body_too_large', limitBytes: 1 },
    means: 'The body is larger than `limits.bodyBytes`.',
    todo: 'Send less, or raise the limit.',
  },
  unsupported_media_type: {
    example: { kind: 'unsupported_media_type', detail },
    means: 'The body is of a type, or in an encoding, that is not read.',
    todo: 'Send `content-type: application/json`.',
  },
  method_not_allowed: {
    example: { kind: 'method_not_allowed', allow: ['POST'] },
    means: 'The path takes another method.',
    todo: 'Use one that the `allow` header lists.',
  },
  endpoint_not_found: {
    example: { kind: 'endpoint_not_found', detail },
    means: 'There is nothing at this path.',
    todo: 'Check the base URL. Other paths of OpenAI’s are relayed when `passthrough` lists them.',
  },
  unauthorized: {
    example: { kind: 'unauthorized', detail },
    means: 'No key came.',
    todo: 'Send `authorization: Bearer KEY`, `x-api-key` or `x-goog-api-key`.',
  },
  invalid_key: {
    example: { kind: 'invalid_key', detail },
    means: 'A key came that is not known, or was revoked.',
    todo: 'Use another: `bin/tollgate keys list` shows which there are.',
  },
  forbidden: {
    example: { kind: 'forbidden', detail },
    means: 'The key or the user may not do this: use this model, this face, this procedure.',
    todo: 'Use a key that may: `--models`, `--faces` and `--role` of `keys create`.',
  },
  model_not_found: {
    example: { kind: 'model_not_found', model: 'x', near: [] },
    means: 'No such model.',
    todo: 'Take one that the message suggests, or `provider/model` of a configured provider.',
  },
  response_not_found: {
    example: { kind: 'response_not_found', id: 'resp_x' },
    means:
      'No response of this key or user is kept under this id: never was, was deleted, or has expired.',
    todo: 'Send the conversation itself in place of `previous_response_id`.',
  },
  record_not_found: {
    example: { kind: 'record_not_found', noun: 'team', id: 'team_x' },
    means: 'No record of this kind has this id, or it is not for this key to know.',
    todo: 'Look its id up in the list of its kind, with an admin key.',
  },
  conflict: {
    example: { kind: 'conflict', detail },
    means: 'The record was changed after it was read, or something still belongs to it.',
    todo: 'Read it again and change that version; end or move first what the message names.',
  },
  not_expressible: {
    example: { kind: 'not_expressible', losses: [] },
    means: 'The model cannot do what was asked, and leaving it out would change the meaning.',
    todo: 'Leave out what the message names, or choose another model. With `x-tollgate-strict: true` hints count too.',
  },
  rate_limited: {
    example: { kind: 'rate_limited', limit },
    means: 'Too many requests in a minute.',
    todo: AGAIN,
  },
  quota_exceeded: {
    example: { kind: 'quota_exceeded', limit, detail },
    means: 'Zion’s limit for this user is used up.',
    todo: 'Wait for its reset, or have it raised in Zion.',
  },
  budget_exceeded: {
    example: { kind: 'budget_exceeded', budget },
    means: 'A budget has no room for this call; the message names it, what is left and its reset.',
    todo: 'Wait for its reset, ask for less, or have it raised. Status 402 where it is in dollars.',
  },
  model_without_price: {
    example: { kind: 'model_without_price', model: 'x', budget },
    means: 'A budget in dollars applies, and nobody knows what the model costs.',
    todo: 'Use a model with a price. Operators: set one under `prices`, or let the budget allow it.',
  },
  no_healthy_model: {
    example: { kind: 'no_healthy_model', ...seconds },
    means: 'Every model of the tier failed just now, and rests.',
    todo: AGAIN,
  },
  governance_unavailable: {
    example: { kind: 'governance_unavailable', detail, ...seconds },
    means: 'Zion does not answer, and nothing is cached.',
    todo: `${AGAIN} Operators: \`bin/tollgate doctor\`.`,
  },
  ledger_unavailable: {
    example: { kind: 'ledger_unavailable', ...seconds },
    means: 'The ledger cannot take or tell usage right now.',
    todo: `${AGAIN} Operators: see to the data folder (space, permissions).`,
  },
  storage_unavailable: {
    example: { kind: 'storage_unavailable', ...seconds },
    means: 'The database of keys, teams and budgets cannot be read or written right now.',
    todo: `${AGAIN} Operators: see to the database (space, permissions, network).`,
  },
  shutting_down: {
    example: { kind: 'shutting_down', ...seconds },
    means: 'The gateway is ending.',
    todo: AGAIN,
  },
  provider_refused: {
    example: { kind: 'provider_refused', provider, status: 400, detail },
    means: 'The provider refused the request itself; the message says why in its words.',
    todo: 'Mend the request. The status is the provider’s: 400, 404, 409, 413 or 422.',
  },
  provider_rate_limited: {
    example: { kind: 'provider_rate_limited', provider, detail, ...seconds },
    means: 'The provider limits the operator’s account.',
    todo: `${AGAIN} The header comes where the provider told it.`,
  },
  provider_auth: {
    example: { kind: 'provider_auth', provider, status: 401 },
    means: 'The provider does not take the operator’s key (its 401, 402 or 403).',
    todo: 'Operators: the log names the provider; mend its key.',
  },
  provider_failed: {
    example: { kind: 'provider_failed', provider },
    means: 'The provider answered with a 5xx, or an error inside its stream.',
    todo: `${OTHER_MODEL} Status 503 when it said that it is overloaded.`,
  },
  provider_unreachable: {
    example: { kind: 'provider_unreachable', provider },
    means: 'No connection to the provider.',
    todo: `${OTHER_MODEL} Operators: \`bin/tollgate doctor\`.`,
  },
  provider_timeout: {
    example: { kind: 'provider_timeout', provider, phase: 'idle' },
    means: 'The provider took too long; the message says for what.',
    todo: OTHER_MODEL,
  },
  provider_invalid_reply: {
    example: { kind: 'provider_invalid_reply', provider, detail },
    means: 'The provider sent what cannot be read.',
    todo: `${OTHER_MODEL} Operators: check \`baseUrl\` and \`dialect\`.`,
  },
  provider_truncated: {
    example: { kind: 'provider_truncated', provider },
    means: 'The reply stopped before its end.',
    todo: 'Try again: what came is no whole answer. It is in the ledger.',
  },
  tool_not_called: {
    example: { kind: 'tool_not_called', provider },
    means:
      'The model can be asked to call a tool, but not be made to, and answered without a call.',
    todo: 'Try again, or choose a model that can be made to. What was answered is in the ledger.',
  },
  client_closed: {
    example: { kind: 'client_closed' },
    means: 'The client left before the answer.',
    todo: 'Nothing. No one sees this but the log and the ledger.',
  },
  internal: {
    example: { kind: 'internal', detail },
    means: 'A fault of the gateway.',
    todo: 'Find the call in the log by its `x-tollgate-call`, and report it.',
  },
};

/** `errors.md`: each kind as the faces encode it. */
export function renderErrorsPage(): string {
  const entries: readonly Entry[] = Object.values(ENTRIES);
  return [
    INTRODUCTION,
    table(
      ['Kind', 'Status', 'It means', 'What to do'],
      entries.map(({ example, means, todo }) => [
        `\`${example.kind}\``,
        String(encodeNativeError(example).status),
        means,
        todo,
      ]),
    ),
    BODIES,
    table(
      [
        'Kind',
        'Native',
        'OpenAI',
        'OpenAI, under Zion',
        'Anthropic',
        'Gemini',
        'tRPC',
        '`retry-after`',
      ],
      entries.map(({ example }) => wordsOf(example)),
    ),
    '',
  ].join('\n');
}

function wordsOf(error: GatewayError): readonly string[] {
  const openai = encodeOpenAiError(error);
  return [
    `\`${error.kind}\``,
    typeAndCode(encodeNativeError(error).body),
    typeAndCode(openai.body),
    codeOf(predecessorError(error, openai).body),
    anthropicType(error),
    geminiStatus(error),
    `\`${ERROR_FACTS[error.kind].trpc}\``,
    retryAfterSeconds(error) === undefined ? '' : 'yes',
  ];
}

const Body = z.object({ error: z.object({ type: z.string(), code: z.string().nullable() }) });

const typeAndCode = (body: unknown): string =>
  `\`${Body.parse(body).error.type}\`, ${codeOf(body)}`;

const codeOf = (body: unknown): string => `\`${Body.parse(body).error.code}\``;

const AnthropicBody = z.object({ error: z.object({ type: z.string() }) });

const anthropicType = (error: GatewayError): string =>
  `\`${AnthropicBody.parse(encodeAnthropicError(error).body).error.type}\``;

const GeminiBody = z.object({ error: z.object({ status: z.string() }) });

const geminiStatus = (error: GatewayError): string =>
  `\`${GeminiBody.parse(encodeGeminiError(error).body).error.status}\``;

const INTRODUCTION = `# Errors

<!-- Written from the code by \`node scripts/run.mjs scripts/write-docs.ts\`: change it there. -->

Everything that can go wrong is one of these kinds, with the same status on every face. A message names what was wrong and where; it never holds a key, a provider's address or another client's content. The call's id, in the header \`x-tollgate-call\`, finds it in the log and in the ledger.
`;

const BODIES = `
## In each face's words

The native face and OpenAI's answer \`{"error": {"message", "type", "code", …}}\`; the native one adds \`provider\`, OpenAI's \`param\` and, under Zion's governance, \`details\` of the limit that was reached. A provider's own \`code\` is kept on OpenAI's face. Anthropic’s answers \`{"type": "error", "error": {"type", "message"}, "request_id"}\`, where the id is the call’s and stands in the header \`request-id\` too; there a provider that says it is overloaded has a status of its own, 529. Gemini’s answers \`{"error": {"code", "message", "status", …}}\` with Google’s word for the status; a list of pieces has it as its only item. The typed client finds the whole error under \`error.data.cause\`, by its kind.

After a stream has begun the status is sent already: the error is then the stream's last event, and nothing follows it (no \`[DONE]\`). On the native face its type is \`stream_error\`.
`;

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n');
