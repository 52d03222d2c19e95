export {
  decodeErrorValue,
  decodeOpenAiError,
  encodeOpenAiError,
  errorValueOf,
  openAiErrorBody,
} from '../openai-errors.ts';
