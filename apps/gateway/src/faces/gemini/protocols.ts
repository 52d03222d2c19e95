import {
  gemini,
  geminiErrorBody,
  geminiTokenCounting,
  renamedGeminiCount,
} from '@tollgate/core/dialects';
import type { WireProtocol } from '../../services/wire-protocol.ts';
import type { CountingFace } from '../http/count-handler.ts';

/** `generateContent`, whole or streamed. */
export const generateProtocol: WireProtocol = {
  operation: 'gemini',
  passage: gemini.passage,
  dialect: gemini,
  errorEvent: (error) => ({ data: JSON.stringify(geminiErrorBody(error)) }),
};

/** The same body, to be counted and not answered. */
export const countingFace: CountingFace = {
  protocol: { ...generateProtocol, operation: 'gemini-count-tokens' },
  counting: geminiTokenCounting,
  renamed: renamedGeminiCount,
};
