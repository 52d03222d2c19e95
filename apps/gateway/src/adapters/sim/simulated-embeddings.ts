import { geminiErrorBody, openAiErrorBody } from '@tollgate/core/dialects';
import {
  type EmbeddingFace,
  geminiBatchEmbedContents,
  geminiEmbedContent,
  openAiEmbeddings,
} from '@tollgate/core/embeddings';
import { simulateEmbeddings } from '@tollgate/core/simulation';
import { jsonAnswer, type SimulatedOperation } from './simulated-answer.ts';
import { geminiErrorOf, openAiErrorOf } from './simulated-errors.ts';

const STATUS = /^error-([45]\d\d)$/;

type Words = Pick<SimulatedOperation, 'errorBody' | 'refusal'>;

const createEmbeddingOperation = (face: EmbeddingFace, words: Words): SimulatedOperation => ({
  ...words,
  answer({ body }) {
    const decoded = face.decodeRequest(body);
    if (!decoded.ok) return jsonAnswer(400, words.refusal(decoded.error));
    const { request } = decoded.value;
    const status = Number(STATUS.exec(request.model)?.[1] ?? 0);
    if (status !== 0) {
      const message = `The simulated provider was asked to fail with ${status}.`;
      return jsonAnswer(status, words.errorBody(status, message));
    }
    return jsonAnswer(200, face.encodeReply(simulateEmbeddings(request, request.model), request));
  },
});

const GEMINI: Words = { errorBody: geminiErrorOf, refusal: geminiErrorBody };

export const simulatedEmbeddings = createEmbeddingOperation(openAiEmbeddings, {
  errorBody: openAiErrorOf,
  refusal: openAiErrorBody,
});
export const simulatedEmbedContent = createEmbeddingOperation(geminiEmbedContent, GEMINI);
export const simulatedBatchEmbedContents = createEmbeddingOperation(
  geminiBatchEmbedContents,
  GEMINI,
);
