export {
  decodeErrorValue,
  errorValueOf,
  openAiErrorBody,
} from '../openai-errors.ts';
