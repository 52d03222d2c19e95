import type { Handler } from '../http/entrance.ts';
import { readJsonBody } from '../http/read-body.ts';
import { sendAnswer } from '../http/send-answer.ts';
import type { WireDeps } from '../http/wire-handler.ts';
import { asList } from './as-list.ts';
import { generateProtocol } from './protocols.ts';

/** How an answer is sent: in one piece, as events, or as a list whose items come as they are made. */
export type Form = 'whole' | 'events' | 'list';

/** The body passes, or is translated, with what the address says beside its fields. */
export const generateContent =
  (deps: WireDeps, { model, form }: { readonly model: string; readonly form: Form }): Handler =>
  async ({ req, res, call }) => {
    const body = await readJsonBody(req, deps.config.limits.bodyBytes);
    if (!body.ok) return body.error;
    const answer = await deps.services.chat.wire(call, {
      protocol: generateProtocol,
      text: body.value.text,
      body: { ...body.value.json, model, stream: form !== 'whole' },
      answering: (envelope) => ({
        replyId: deps.ids.prefixed(''),
        created: Math.floor(call.startedAt / 1000),
        model: envelope.model,
        includeUsage: envelope.includeUsage,
      }),
    });
    if (!answer.ok) return answer.error;
    const { value } = answer;
    if (value.type === 'whole' || form !== 'list') {
      await sendAnswer(res, call, { answer: value, clock: deps.clock });
      return undefined;
    }
    const frames = asList(value.frames);
    // Begun: only then does leaving it early close what it reads.
    await frames.next();
    await sendAnswer(res, call, {
      answer: { ...value, frames },
      clock: deps.clock,
      headers: { 'content-type': 'application/json' },
    });
    return undefined;
  };
