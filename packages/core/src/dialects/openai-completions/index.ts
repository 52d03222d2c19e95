export { openAiCompletionsPassage } from './passage.ts';
