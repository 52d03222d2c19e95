import type { GatewayError } from '@tollgate/core/chat';

/** Where a call was when it failed. */
export type CallPhase = 'connect' | 'headers' | 'body';

/** The code of an address that the guard refused to connect to. */
export const ADDRESS_REFUSED = 'TOLLGATE_ADDRESS_REFUSED';

const codeOf = (error: Error): string => {
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : '';
};

/** A transport's error as a value. Texts of the transport stay out: they name addresses. */
export function failureOf(error: Error, phase: CallPhase, provider: string): GatewayError {
  const code = codeOf(error);
  switch (code) {
    case 'UND_ERR_CONNECT_TIMEOUT':
      return { kind: 'provider_timeout', provider, phase: 'connect' };
    case 'UND_ERR_HEADERS_OVERFLOW':
    case 'HPE_HEADER_OVERFLOW':
      return {
        kind: 'provider_invalid_reply',
        provider,
        detail: 'the reply headers are too large',
      };
    case 'UND_ERR_INVALID_ARG':
    case 'UND_ERR_NOT_SUPPORTED':
      return { kind: 'internal', detail: 'the request to the provider could not be formed' };
    case 'UND_ERR_CLOSED':
    case 'UND_ERR_DESTROYED':
      return { kind: 'shutting_down', retryAfterSeconds: 1 };
    case ADDRESS_REFUSED:
      return { kind: 'invalid_request', detail: 'the URL does not lead to a public address' };
    default:
  }
  if (error.name === 'HTTPParserError' && code !== 'HPE_INVALID_EOF_STATE') {
    return { kind: 'provider_invalid_reply', provider, detail: 'the reply is not HTTP' };
  }
  if (phase === 'body') return { kind: 'provider_truncated', provider };
  return { kind: 'provider_unreachable', provider };
}
