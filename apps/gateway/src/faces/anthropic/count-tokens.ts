import { anthropicMessages } from '@tollgate/core/dialects';
import type { Handler } from '../http/entrance.ts';
import { readJsonBody } from '../http/read-body.ts';
import { sendAnswer } from '../http/send-answer.ts';
import { dialectHeaders, type WireDeps } from '../http/wire-handler.ts';
import { countProtocol } from './protocols.ts';

/** How many tokens a request would have: counted by its provider, else estimated and said so. */
export const countTokens =
  (deps: WireDeps): Handler =>
  async ({ req, res, call }) => {
    const body = await readJsonBody(req, deps.config.limits.bodyBytes);
    if (!body.ok) return body.error;
    const { text, json } = body.value;
    const counted = await deps.services.tokenCounts.count(call, {
      protocol: countProtocol,
      text,
      body: json,
      headers: dialectHeaders(req, countProtocol),
      countField: 'input_tokens',
      // A request to be counted has no limit, which one to be answered needs.
      check: () => anthropicMessages.decodeRequest({ max_tokens: 1, ...json }),
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
        body: JSON.stringify({ input_tokens: inputTokens }),
        losses: [],
        served,
      },
      clock: deps.clock,
      headers: { 'x-tollgate-estimate': 'true' },
    });
    return undefined;
  };
