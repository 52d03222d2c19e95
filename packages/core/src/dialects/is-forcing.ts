import type { ToolChoice } from '../chat/tool.ts';

/** True where the model is to call a tool, whatever it thinks of it. */
export function isForcing(choice: ToolChoice | undefined): boolean {
  if (choice?.type === 'allowed') return choice.mode === 'required';
  return choice?.type === 'required' || choice?.type === 'one';
}
