import type { GatewayError } from '@tollgate/core/chat';
import { decodeNativeRequest, encodeNativeError, native } from '@tollgate/core/dialects';
import type { Express } from 'express';
import type { Config } from '../../config/config.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Services } from '../../services/services.ts';
import type { TierService } from '../../services/tiers.ts';
import { namesIn } from '../../services/told-losses.ts';
import { allowOnly } from '../http/allow-only.ts';
import type { Entered, Entrance, Handler } from '../http/entrance.ts';
import type { Face } from '../http/face.ts';
import { readJsonBody } from '../http/read-body.ts';
import { headerText, sendAnswer } from '../http/send-answer.ts';
import { sendJson } from '../http/send-json.ts';
import { mountNativeDocs } from './mount-docs.ts';

export interface NativeDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly entrance: Entrance;
  readonly services: Services;
  readonly tiers: TierService;
  readonly version: string;
}

export const nativeFace: Face = { name: 'native', encodeError: encodeNativeError };

/** `/native`: the predecessor's contract. */
export function mountNative(app: Express, deps: NativeDeps): void {
  const { entrance } = deps;
  const chat = '/native/v1/chat/completions';
  app.post(
    chat,
    entrance(nativeFace, (entered) => complete(deps, entered)),
  );
  app.all(chat, entrance(nativeFace, allowOnly('POST')));
  app.get('/native/v1/models', entrance(nativeFace, listModels(deps)));
  app.all('/native/v1/models', entrance(nativeFace, allowOnly('GET')));
  mountNativeDocs(app, deps);
}

async function complete(
  deps: NativeDeps,
  { req, res, call }: Entered,
): Promise<GatewayError | undefined> {
  const body = await readJsonBody(req, deps.config.limits.bodyBytes);
  if (!body.ok) return body.error;
  const decoded = decodeNativeRequest(body.value.json, deps.config.native);
  if (!decoded.ok) return decoded.error;
  const { request, model, tier, conversationId, include, losses } = decoded.value;

  const choice =
    tier === undefined
      ? await deps.tiers.fixed(call, model ?? request.model)
      : await deps.tiers.choose(call, tier, conversationId);
  if (!choice.ok) return choice.error;
  const { destination } = choice.value;

  const answer = await deps.services.chat.encoded(call, {
    request: { ...request, model: destination.model },
    body: body.value.json,
    destination,
    losses,
    dialect: native,
    nameOf: namesIn(native, body.value.json),
    answering: {
      replyId: deps.ids.prefixed('chatcmpl-'),
      created: Math.floor(call.startedAt / 1000),
      model: destination.model,
      includeUsage: true,
      ...(include === undefined ? undefined : { include }),
    },
  });
  await choice.value.settle(answer.ok ? undefined : answer.error);
  if (!answer.ok) return answer.error;
  const headers = {
    'x-sentinel-model': headerText(destination.model),
    ...(choice.value.tier === undefined
      ? undefined
      : { 'x-tollgate-tier': choice.value.tier, 'x-sentinel-tier': choice.value.tier }),
  };
  await sendAnswer(res, call, { answer: answer.value, clock: deps.clock, headers });
  return undefined;
}

const listModels =
  (deps: NativeDeps): Handler =>
  async ({ res, call }) => {
    const data = (await deps.services.models.list(call.identity)).map((model) => ({
      id: model.id,
      object: 'model',
      created: model.created,
      owned_by: model.ownedBy,
    }));
    sendJson(res, call, { body: { object: 'list', data }, clock: deps.clock });
    return undefined;
  };
