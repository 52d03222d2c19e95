import { openAiErrorBody } from '@tollgate/core/dialects';
import { decodeOpenAiEmbeddingRequest, encodeOpenAiEmbeddings } from '@tollgate/core/embeddings';
import { simulateEmbeddings } from '@tollgate/core/simulation';
import { jsonAnswer, type SimulatedOperation } from './simulated-answer.ts';
import { openAiErrorOf } from './simulated-errors.ts';

const STATUS = /^error-([45]\d\d)$/;

export const simulatedEmbeddings: SimulatedOperation = {
  errorBody: openAiErrorOf,
  refusal: openAiErrorBody,
  answer({ body }) {
    const decoded = decodeOpenAiEmbeddingRequest(body);
    if (!decoded.ok) return jsonAnswer(400, openAiErrorBody(decoded.error));
    const { model, encoding } = decoded.value;
    const status = Number(STATUS.exec(model)?.[1] ?? 0);
    if (status !== 0) {
      const message = `The simulated provider was asked to fail with ${status}.`;
      return jsonAnswer(status, openAiErrorOf(status, message));
    }
    return jsonAnswer(
      200,
      encodeOpenAiEmbeddings(simulateEmbeddings(decoded.value, model), encoding),
    );
  },
};
