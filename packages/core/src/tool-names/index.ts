export { NAME_LIMITS } from './name-limits.ts';
export { renameTools } from './rename-tools.ts';
export { restoringNames } from './restoring-names.ts';
