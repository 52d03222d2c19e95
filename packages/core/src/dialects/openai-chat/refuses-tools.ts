import type { Ability } from '../../providers/ability.ts';

/** True where this model, told this effort, reasons, and so may not be given function tools here. */
export function refusesTools(ability: Ability, effort: string | undefined): boolean {
  if (ability.chatToolsWithReasoning !== false) return false;
  if (effort === 'none') return ability.reasoningOff === false;
  return effort !== undefined || ability.reasoningDefault !== 'off';
}
