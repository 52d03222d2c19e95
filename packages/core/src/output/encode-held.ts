import type { GatewayError } from '../chat/error.ts';
import type { Loss } from '../chat/loss.ts';
import type { ChatRequest } from '../chat/request.ts';
import type { Dialect, EncodedRequest, Target } from '../dialects/dialect.ts';
import type { JsonObject } from '../json/json-value.ts';
import { ok, type Result } from '../result.ts';
import { NAME_LIMITS, renameTools, restoringNames } from '../tool-names/index.ts';
import { callByWords } from './call-by-words.ts';
import {
  type EmulatedOutput,
  outputByTool,
  outputByWords,
  unheldOutput,
} from './emulated-output.ts';
import { unwrappingOutput } from './unwrapped-output.ts';

/** A request in a dialect's words, and the dialect that reads the answer to it. */
export interface HeldRequest {
  readonly dialect: Dialect;
  readonly body: JsonObject;
  readonly losses: readonly Loss[];
  /** The reply is to call a tool, and only words tell its model so. */
  readonly owesCall?: true;
  /** What goes beside the body. */
  readonly headers?: EncodedRequest['headers'];
}

/** By how the target's output is held to a schema: absent where the dialect's own field does it. */
export const outputByOf = ({ ability, quirks }: Pick<Target, 'ability' | 'quirks'>) =>
  ability.outputBy ?? quirks.outputBy;

/**
 * Encodes a request, its output held to its schema by whatever the target has for it, its tools under
 * names that the target takes, and called by whatever makes it.
 */
export function encodeHeld(
  dialect: Dialect,
  request: ChatRequest,
  target: Target,
): Result<HeldRequest, GatewayError> {
  const emulate = (emulated: EmulatedOutput): Result<HeldRequest, GatewayError> =>
    encode(dialect, emulated, target);
  if (request.output?.type === 'json-schema') {
    const by = outputByOf(target);
    if (by === 'words') return emulate(outputByWords(request) ?? { request, losses: [] });
    if (by === 'tool') return emulate(outputByTool(request, target.ability) ?? unheld(request));
  }
  const native = emulate({ request, losses: [] });
  if (!native.ok || !native.value.losses.some(isSchemaLost)) return native;
  const byTool = outputByTool(request, target.ability);
  if (byTool === undefined) return native;
  const emulated = emulate(byTool);
  return emulated.ok && !emulated.value.losses.some(isMeant) ? emulated : native;
}

const unheld = ({ output: _output, ...request }: ChatRequest): EmulatedOutput => ({
  request,
  losses: [unheldOutput()],
});

function encode(
  dialect: Dialect,
  { request, losses, toolName }: EmulatedOutput,
  target: Target,
): Result<HeldRequest, GatewayError> {
  const limits = NAME_LIMITS[dialect.id];
  const named =
    limits === undefined ? undefined : renameTools(request, limits, namesTaken(dialect, request));
  const asked = named?.request ?? request;
  const byWords = callByWords(asked, target.ability);
  const encoded = dialect.encodeRequest(byWords?.request ?? asked, target);
  if (!encoded.ok) return encoded;
  const { value: body, headers } = encoded.value;
  const reading = named === undefined ? dialect : restoringNames(dialect, named.owns);
  return ok({
    dialect: toolName === undefined ? reading : unwrappingOutput(reading, toolName),
    body,
    losses: [...losses, ...(byWords?.losses ?? []), ...encoded.value.losses],
    ...(byWords === undefined ? {} : { owesCall: true }),
    ...(headers === undefined ? {} : { headers }),
  });
}

/** What the provider's own tools are called, where they have names beside functions. */
const namesTaken = ({ serverToolName }: Dialect, { tools = [] }: ChatRequest) =>
  new Set(
    tools.flatMap((tool) =>
      tool.type === 'server' && serverToolName !== undefined ? [serverToolName(tool)] : [],
    ),
  );

const isMeant = ({ weight }: Loss): boolean => weight === 'meaning';

/** All of it, and not one of its keywords. */
const isSchemaLost = (loss: Loss): boolean =>
  loss.feature === 'outputSchema' && loss.path === 'output.schema' && isMeant(loss);
