import type { Ability } from '../ability.ts';
import type { ProviderDescription } from '../provider-description.ts';

/**
 * What each generation takes. Sources: platform.openai.com/docs/guides/reasoning, and the API's own
 * refusals: https://github.com/openai/openai-openapi/issues/541 (5.4),
 * https://github.com/charmbracelet/crush/issues/2913 (5.5) and
 * https://github.com/BerriAI/litellm/pull/34569 (5.6: without an effort too).
 */
const REASONS: Ability = { reasoning: true };
/** Before 5.1 temperature and top-p are refused; since then, only while they reason. */
const NEVER_SAMPLED: Ability = { ...REASONS, sampling: false };
const TOOLS_ON_RESPONSES: Ability = { reasoning: true, chatToolsWithReasoning: false };
const SILENT_UNLESS_TOLD: Ability = { ...TOOLS_ON_RESPONSES, reasoningDefault: 'off' };
const ALWAYS_REASONS: Ability = { ...TOOLS_ON_RESPONSES, reasoningOff: false, sampling: false };
const NEVER_REASONS: Ability = { reasoning: false };

/** Models: the official client's list, and what the predecessor listed when it could not ask. */
export const openai: ProviderDescription = {
  name: 'openai',
  dialects: ['openai-chat', 'openai-responses'],
  baseUrl: {
    'openai-chat': 'https://api.openai.com/v1',
    'openai-responses': 'https://api.openai.com/v1',
  },
  auth: 'bearer',
  keyVariables: ['OPENAI_API_KEY'],
  quirks: { serverTools: ['web-search', 'code-execution', 'mcp'], openAiFields: true },
  betas: { 'openai-beta': ['*'] },
  responses: { keeps: true, background: true },
  // developers.openai.com/api/docs/guides/batch and flex-processing: half, cached tokens too. What
  // `priority` and `fast` cost differs by model, and what `scale` costs is between it and its customer.
  tierPercent: { flex: 50, batch: 50 },
  models: [
    { id: 'gpt-4o', created: 1706745600, ability: NEVER_REASONS },
    { id: 'gpt-4o-mini', created: 1706745600, ability: NEVER_REASONS },
    { id: 'gpt-4-turbo', created: 1706745600, ability: NEVER_REASONS },
    { id: 'gpt-4', created: 1687882411, ability: NEVER_REASONS },
    { id: 'gpt-3.5-turbo', created: 1677610602, ability: NEVER_REASONS },
    { id: 'gpt-6-astra', ability: ALWAYS_REASONS },
    { id: 'gpt-6.1-sol', ability: ALWAYS_REASONS },
    { id: 'gpt-6.1-terra', ability: TOOLS_ON_RESPONSES },
    { id: 'gpt-6-sol', ability: TOOLS_ON_RESPONSES },
    { id: 'gpt-6-luna', ability: TOOLS_ON_RESPONSES },
    { id: 'gpt-5.6-sol', ability: TOOLS_ON_RESPONSES },
    { id: 'gpt-5.6-terra', ability: TOOLS_ON_RESPONSES },
    { id: 'gpt-5.6-luna', ability: TOOLS_ON_RESPONSES },
    { id: 'gpt-5.5', ability: TOOLS_ON_RESPONSES },
    { id: 'gpt-5.4', ability: SILENT_UNLESS_TOLD },
    { id: 'gpt-5.4-mini', ability: SILENT_UNLESS_TOLD },
    { id: 'gpt-5.4-nano', ability: SILENT_UNLESS_TOLD },
    { id: 'gpt-5.2', ability: REASONS },
    { id: 'gpt-5.1', ability: REASONS },
    { id: 'gpt-5', ability: NEVER_SAMPLED },
    { id: 'gpt-5-mini', ability: NEVER_SAMPLED },
    { id: 'gpt-5-nano', ability: NEVER_SAMPLED },
    { id: 'gpt-4.1', ability: NEVER_REASONS },
    { id: 'gpt-4.1-mini', ability: NEVER_REASONS },
    { id: 'gpt-4.1-nano', ability: NEVER_REASONS },
    { id: 'o4-mini', ability: NEVER_SAMPLED },
    { id: 'o3', ability: NEVER_SAMPLED },
    { id: 'o3-mini', ability: NEVER_SAMPLED },
    { id: 'o1', ability: NEVER_SAMPLED },
    { id: 'text-embedding-3-small', ability: { embeddings: true } },
    { id: 'text-embedding-3-large', ability: { embeddings: true } },
    { id: 'text-embedding-ada-002', ability: { embeddings: true, dimensions: [1536] } },
  ],
  modelPrefixes: [
    'gpt-',
    'chatgpt-',
    'codex-',
    'o1-',
    'o3-',
    'o4-',
    'text-embedding-3-',
    'text-embedding-ada-',
    'davinci-',
    'babbage-',
    'ft:gpt-',
    'ft:o4-',
    'ft:davinci-',
    'ft:babbage-',
  ],
};
