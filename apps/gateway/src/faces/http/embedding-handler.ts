import type { EmbeddingFace } from '@tollgate/core/embeddings';
import type { JsonObject } from '@tollgate/core/json';
import type { WireProtocol } from '../../services/wire-protocol.ts';
import type { Handler } from './entrance.ts';
import { readJsonBody } from './read-body.ts';
import { sendAnswer } from './send-answer.ts';
import type { WireDeps } from './wire-handler.ts';

export interface EmbeddingWire {
  readonly protocol: WireProtocol;
  readonly face: EmbeddingFace;
  /** What the address says beside the body's fields. */
  readonly inAddress?: JsonObject;
  /** The body by the provider's own name of the model, where it says that deeper than at its top. */
  readonly renamed?: (text: string, body: JsonObject, model: string) => string;
}

/** Embeddings: their body passes, or is translated. */
export const embeddingHandler =
  (deps: WireDeps, { protocol, face, inAddress, renamed }: EmbeddingWire): Handler =>
  async ({ req, res, call }) => {
    const read = await readJsonBody(req, deps.config.limits.bodyBytes);
    if (!read.ok) return read.error;
    const { text, json } = read.value;
    const answer = await deps.services.embeddings.wire(call, {
      protocol,
      face,
      text,
      body: { ...json, ...inAddress },
      renamed: renamed && ((model) => renamed(text, json, model)),
    });
    if (!answer.ok) return answer.error;
    await sendAnswer(res, call, { answer: answer.value, clock: deps.clock });
    return undefined;
  };
