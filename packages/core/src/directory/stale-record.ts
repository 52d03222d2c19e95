import type { GatewayError } from '../chat/error.ts';

/** Of two who read one version and change it, the second is told so. */
export const staleRecord = (noun: string): GatewayError => ({
  kind: 'conflict',
  detail: `The ${noun} has changed since it was read: read it again, and change that.`,
});
