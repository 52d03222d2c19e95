import { encodeGeminiError } from '@tollgate/core/dialects';
import type { Face } from '../http/face.ts';

/** Google's error body. */
export const geminiFace: Face = {
  name: 'gemini',
  encodeError: (error) => encodeGeminiError(error),
};

/** The same where a list of pieces was asked for: an error is then the list's only one. */
export const geminiListFace: Face = {
  ...geminiFace,
  encodeError: (error) => {
    const reply = encodeGeminiError(error);
    return { ...reply, body: [reply.body] };
  },
};
