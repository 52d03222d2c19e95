export { openAiCompletions } from './passage.ts';
