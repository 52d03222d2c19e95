import type { IncomingMessage } from 'node:http';
import type { Config } from '../../config/config.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Services } from '../../services/services.ts';
import type { WireProtocol } from '../../services/wire-protocol.ts';
import type { Handler } from './entrance.ts';
import { readJsonBody } from './read-body.ts';
import { type HeaderFields, sendAnswer } from './send-answer.ts';

export interface WireDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly services: Services;
}

/** A body of a dialect that providers speak too: it passes, or is translated. */
export const wireHandler =
  (
    deps: WireDeps,
    { protocol, idPrefix }: { readonly protocol: WireProtocol; readonly idPrefix: string },
  ): Handler =>
  async ({ req, res, call }) => {
    const body = await readJsonBody(req, deps.config.limits.bodyBytes);
    if (!body.ok) return body.error;
    const answer = await deps.services.chat.wire(call, {
      protocol,
      text: body.value.text,
      body: body.value.json,
      headers: dialectHeaders(req, protocol),
      answering: (envelope) => ({
        replyId: deps.ids.prefixed(idPrefix),
        created: Math.floor(call.startedAt / 1000),
        model: envelope.model,
        includeUsage: envelope.includeUsage,
      }),
    });
    if (!answer.ok) return answer.error;
    await sendAnswer(res, call, { answer: answer.value, clock: deps.clock });
    return undefined;
  };

/** Those of a request's headers that are its dialect's own, as they came. */
export function dialectHeaders(
  { headers }: IncomingMessage,
  { headers: listed = [], openHeaders: open }: WireProtocol,
): HeaderFields {
  const found: [string, string][] = [];
  const add = (name: string): void => {
    const value = headers[name];
    if (typeof value === 'string') found.push([name, value]);
  };
  for (const { name } of listed) add(name);
  if (open !== undefined) {
    for (const name of Object.keys(headers)) {
      if (name.startsWith(open.prefix) && !open.except.has(name)) add(name);
    }
  }
  return Object.fromEntries(found);
}
