import { encodeAnthropicError } from '@tollgate/core/dialects';
import type { Face } from '../http/face.ts';

/** Anthropic's error body, with the call's id where its clients look for a request's. */
export const anthropicFace: Face = {
  name: 'anthropic',
  idHeader: 'request-id',
  encodeError: (error, callId) => {
    const reply = encodeAnthropicError(error);
    return callId === undefined ? reply : { ...reply, body: { ...reply.body, request_id: callId } };
  },
};
