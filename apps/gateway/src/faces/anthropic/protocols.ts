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
    { name: 'anthropic-beta', isHint: true, opensFields: ['mcp-client-'] },
  ],
  // Its own agent's protocol wants them taken as an open list. Whose account is billed is the
  // operator's to say, and what a browser may do is said to us.
  openHeaders: {
    prefix: 'anthropic-',
    except: new Set(['anthropic-workspace-id', 'anthropic-dangerous-direct-browser-access']),
  },
  quotesRefusals: true,
  errorEvent: (error) => ({ event: 'error', data: JSON.stringify(anthropicErrorBody(error)) }),
  keepAlive: { event: 'ping', data: JSON.stringify({ type: 'ping' }) },
};

/** The same body, to be counted and not answered. */
export const countingFace: CountingFace = {
  protocol: { ...messagesProtocol, operation: 'anthropic-count-tokens' },
  counting: anthropicTokenCounting,
};
