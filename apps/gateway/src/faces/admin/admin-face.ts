import { describeError, type GatewayError, retryAfterSeconds, statusOf } from '@tollgate/core/chat';
import * as z from 'zod';
import type { Face } from '../http/face.ts';

/** The one body of every failure here. */
export const AdminErrorBody = z.strictObject({
  error: z.strictObject({
    kind: z.string().meta({ description: 'What went wrong, as docs/errors.md lists it.' }),
    message: z.string().meta({ description: 'A sentence for who reads it.' }),
    path: z.string().exactOptional().meta({ description: 'The field that is wrong.' }),
  }),
});
type AdminErrorBody = z.infer<typeof AdminErrorBody>;

const bodyOf = (error: GatewayError): AdminErrorBody => ({
  error: {
    kind: error.kind,
    message: describeError(error),
    ...(error.kind === 'invalid_request' && error.path !== undefined && { path: error.path }),
  },
});

export const adminFace: Face = {
  name: 'admin',
  encodeError: (error) => {
    const seconds = retryAfterSeconds(error);
    return {
      status: statusOf(error),
      headers: seconds === undefined ? {} : { 'retry-after': String(seconds) },
      body: bodyOf(error),
    };
  },
};
