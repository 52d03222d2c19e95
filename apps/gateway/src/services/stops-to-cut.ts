import type { ChatRequest, Loss } from '@tollgate/core/chat';

/**
 * The stop sequences that are left to us: the target's dialect has none, and said so. Undefined where
 * the provider itself stops at them.
 */
export const stopsToCut = (
  { stopSequences }: ChatRequest,
  losses: readonly Loss[],
): readonly string[] | undefined =>
  losses.some(({ feature, action }) => feature === 'stopSequences' && action === 'emulated')
    ? stopSequences
    : undefined;
