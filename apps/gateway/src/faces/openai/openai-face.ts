import type { GatewayError } from '@tollgate/core/chat';
import { encodeOpenAiError } from '@tollgate/core/dialects';
import type { GovernanceConfig } from '../../config/config.ts';
import type { Face } from '../http/face.ts';
import { predecessorError } from './predecessor-error.ts';

/** OpenAI's error body; under Zion's governance with the codes that the predecessor's clients match. */
export function createOpenAiFace(governance: GovernanceConfig['kind']): Face {
  return {
    name: 'openai',
    idHeader: 'x-request-id',
    encodeError: (error: GatewayError) => {
      const reply = encodeOpenAiError(error);
      return governance === 'zion' ? predecessorError(error, reply) : reply;
    },
  };
}
