import type { TokenCounting } from '@tollgate/core/dialects';
import type { JsonObject } from '@tollgate/core/json';
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
}

/** How many tokens a request would have: counted by its provider, else estimated and said so. */
export const countHandler =
  (deps: WireDeps, { protocol, counting, inAddress, renamed }: CountingFace): Handler =>
  async ({ req, res, call }) => {
    const read = await readJsonBody(req, deps.config.limits.bodyBytes);
    if (!read.ok) return read.error;
    const { text, json } = read.value;
    const counted = await deps.services.tokenCounts.count(call, {
      protocol,
      counting,
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
