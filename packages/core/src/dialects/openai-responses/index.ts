export { openAiResponsesPassage } from './passage.ts';
