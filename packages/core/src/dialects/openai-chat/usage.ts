export { decodeOpenAiUsage, encodeOpenAiUsage, usageField } from '../openai-usage.ts';
