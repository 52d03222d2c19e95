import { gemini, geminiErrorBody } from '@tollgate/core/dialects';
import type { WireProtocol } from '../../services/wire-protocol.ts';

/** `generateContent`, whole or streamed. */
export const generateProtocol: WireProtocol = {
  operation: 'gemini',
  passage: gemini.passage,
  dialect: gemini,
  errorEvent: (error) => ({ data: JSON.stringify(geminiErrorBody(error)) }),
};

/** The same body, to be counted and not answered. */
export const countProtocol: WireProtocol = {
  ...generateProtocol,
  operation: 'gemini-count-tokens',
};
