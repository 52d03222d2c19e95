export const DIALECT = 'openai-responses';
