import {
  anthropicErrorBody,
  anthropicMessages,
  anthropicTokenCounting,
} from '@tollgate/core/dialects';
import type { WireProtocol } from '../../services/wire-protocol.ts';
import type { CountingFace } from '../http/count-handler.ts';

/** The Messages API. A client's version and betas go on byte for byte to whoever speaks it. */
export const messagesProtocol: WireProtocol = {
  operation: 'anthropic-messages',
  passage: anthropicMessages.passage,
  dialect: anthropicMessages,
  headers: [
    { name: 'anthropic-version', isHint: false },
    { name: 'anthropic-beta', isHint: true },
  ],
  errorEvent: (error) => ({ event: 'error', data: JSON.stringify(anthropicErrorBody(error)) }),
  keepAlive: { event: 'ping', data: JSON.stringify({ type: 'ping' }) },
};

/** The same body, to be counted and not answered. */
export const countingFace: CountingFace = {
  protocol: { ...messagesProtocol, operation: 'anthropic-count-tokens' },
  counting: anthropicTokenCounting,
};
