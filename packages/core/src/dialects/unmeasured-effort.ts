import { changed, type Loss } from '../chat/loss.ts';
import type { ReasoningSettings } from '../chat/request.ts';
import type { Ability } from '../providers/ability.ts';

/** Of a model that is told to reason, but not how much, where only efforts can be told. */
export function unmeasuredEffort(
  { enabled }: ReasoningSettings,
  { reasoningDefault }: Ability,
): { readonly effort?: string; readonly losses: readonly Loss[] } {
  if (enabled !== true || reasoningDefault === 'on') return { losses: [] };
  const isOff = reasoningDefault === 'off';
  const why = isOff ? 'there are efforts only: sent as medium' : 'models reason by themselves here';
  const losses = [changed('reasoning', 'reasoning.enabled', 'emulated', why)];
  return isOff ? { effort: 'medium', losses } : { losses };
}
