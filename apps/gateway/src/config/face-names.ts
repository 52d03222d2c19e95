/** What clients may speak to this gateway, as keys and the ledger name it. */
export const FACE_NAMES = ['openai', 'anthropic', 'gemini', 'native', 'trpc', 'admin'] as const;
export type FaceName = (typeof FACE_NAMES)[number];
