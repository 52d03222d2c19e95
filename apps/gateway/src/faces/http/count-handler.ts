import type { Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { TokenCounting } from '@tollgate/core/dialects';
import type { JsonObject } from '@tollgate/core/json';
import type { Call } from '../../services/call.ts';
import type { WireProtocol } from '../../services/wire-protocol.ts';
import type { Handler } from './entrance.ts';
import { readJsonBody } from './read-body.ts';
import { sendAnswer } from './send-answer.ts';
import { dialectHeaders, type WireDeps } from './wire-handler.ts';

export interface CountingFace {
  readonly protocol: WireProtocol;
  readonly counting: TokenCounting;
  /** What the address says beside the body's fields. */
  readonly inAddress?: JsonObject;
  /** The body by the provider's own name of the model, where it says that deeper than at its top. */
  readonly renamed?: (text: string, body: JsonObject, model: string) => string;
  /** How a body is read that goes on from what is kept here; undefined: it doesn't. */
  readonly earlier?: (
    call: Call,
    body: JsonObject,
  ) => Promise<Result<TokenCounting | undefined, GatewayError>>;
}

/** How many tokens a request would have: counted by its provider, else estimated and said so. */
export const countHandler =
  (deps: WireDeps, { protocol, counting, inAddress, renamed, earlier }: CountingFace): Handler =>
  async ({ req, res, call }) => {
    const read = await readJsonBody(req, deps.config.limits.bodyBytes);
    if (!read.ok) return read.error;
    const { text, json } = read.value;
    const rebuilt = await earlier?.(call, json);
    if (rebuilt?.ok === false) return rebuilt.error;
    const counted = await deps.services.tokenCounts.count(call, {
      protocol,
      counting: rebuilt?.value ?? counting,
      isRebuilt: rebuilt?.value !== undefined,
      text,
      body: { ...json, ...inAddress },
      headers: dialectHeaders(req, protocol),
      renamed: renamed && ((model) => renamed(text, json, model)),
    });
    if (!counted.ok) return counted.error;
    const { answer, isEstimate } = counted.value;
    await sendAnswer(res, call, {
      answer,
      clock: deps.clock,
      ...(isEstimate ? { headers: { 'x-tollgate-estimate': 'true' } } : {}),
    });
    return undefined;
  };
