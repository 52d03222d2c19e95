/** The marks around a message, and its role, which is one token. */
const MESSAGE = 4;
/** What leads to the answer. */
const ANSWER = 3;

/**
 * Tokens that a model reads besides the texts of a conversation, as OpenAI counts them. Other
 * providers frame messages otherwise, and about as long.
 */
export const framingTokens = (messages: number): number => messages * MESSAGE + ANSWER;
