import type { DialectId } from '../dialects/dialect-id.ts';

export interface NameLimits {
  /** What may not stand in a name. */
  readonly refused: RegExp;
  readonly most: number;
}

const PLAIN = /[^a-zA-Z0-9_-]/g;

/**
 * How tools may be called; where nothing is documented, as they like. Sources: the API references of
 * chat completions, responses and messages, the types of @google/genai 3.1 (FunctionDeclaration) and
 * of @aws-sdk/client-bedrock-runtime (ToolSpecification).
 */
export const NAME_LIMITS: { readonly [dialect in DialectId]?: NameLimits } = {
  'openai-chat': { refused: PLAIN, most: 64 },
  'openai-responses': { refused: PLAIN, most: 64 },
  'anthropic-messages': { refused: PLAIN, most: 128 },
  'bedrock-converse': { refused: PLAIN, most: 64 },
  gemini: { refused: /[^a-zA-Z0-9_.:-]|^[^a-zA-Z_]/g, most: 128 },
};
