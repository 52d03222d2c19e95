import type { Ability } from '../ability.ts';
import type { ProviderDescription } from '../provider-description.ts';

/**
 * What each generation takes. Sources: platform.claude.com/docs, build-with-claude/
 * thinking-troubleshooting (its table of models) and each model's page of what is new; only what is
 * documented stands here, since absent means possible.
 */
const THINKS_BY_BUDGET: Ability = { reasoningBy: 'budget', maxOutputTokens: 64_000 };
/**
 * Since 4.6 a conversation may not end with the model's own words, and answers are longer.
 * Source: the limits that @ai-sdk/anthropic 4.0 sends.
 */
const NEVER_PREFILLED: Ability = { prefill: false, maxOutputTokens: 128_000 };
/** Since Opus 4.7: neither budgets nor temperature, top-p and top-k. */
const THINKS_BY_EFFORT: Ability = { ...NEVER_PREFILLED, reasoningBy: 'effort', sampling: false };
const ALWAYS_THINKS: Ability = { ...THINKS_BY_EFFORT, reasoningOff: false };
/** Since Fable 5.1. Source: the models that build-with-claude/preserved-thinking names. */
const BINDS: Ability = { ...THINKS_BY_EFFORT, bindsThoughts: true };
/** Since then too, but for Haiku. */
const NEVER_FORCED: Ability = { ...BINDS, toolForcing: false };

/** Before output could be held to a schema, or be thought about. */
const OUTPUT_BY_TOOL: Ability = { reasoning: false, outputBy: 'tool' };

/** Models: the official client's list, and what the predecessor listed. */
export const anthropic: ProviderDescription = {
  name: 'anthropic',
  dialects: ['anthropic-messages'],
  baseUrl: { 'anthropic-messages': 'https://api.anthropic.com' },
  auth: 'x-api-key',
  keyVariables: ['ANTHROPIC_API_KEY'],
  quirks: { repeatsStart: true, serverTools: ['web-search', 'code-execution', 'mcp'] },
  betas: { 'anthropic-beta': ['*'] },
  // platform.claude.com/docs/en/about-claude/pricing: batches cost half, writes and reads of caches
  // too. The priority tier is bought beforehand, at a price between Anthropic and its customer. What fast
  // mode costs differs by model. A geography (manage-claude/data-residency): 1.1 times each class.
  tierPercent: { batch: 50, us: 110, batch_us: 55 },
  models: [
    { id: 'claude-opus-5-5', ability: { ...ALWAYS_THINKS, ...NEVER_FORCED } },
    {
      id: 'claude-sonnet-5-5',
      ability: { ...NEVER_FORCED, reasoningOff: 'between-tools' },
    },
    { id: 'claude-haiku-5-5', ability: BINDS },
    { id: 'claude-fable-5-2', ability: { ...ALWAYS_THINKS, ...NEVER_FORCED } },
    { id: 'claude-fable-5-1', ability: { ...ALWAYS_THINKS, ...NEVER_FORCED } },
    { id: 'claude-sonnet-5', ability: THINKS_BY_EFFORT },
    { id: 'claude-opus-5', ability: THINKS_BY_EFFORT },
    { id: 'claude-fable-5', ability: ALWAYS_THINKS },
    { id: 'claude-opus-4-8', ability: THINKS_BY_EFFORT },
    { id: 'claude-opus-4-7', ability: THINKS_BY_EFFORT },
    { id: 'claude-opus-4-6', ability: NEVER_PREFILLED },
    { id: 'claude-sonnet-4-6', ability: NEVER_PREFILLED },
    { id: 'claude-opus-4-5', ability: THINKS_BY_BUDGET },
    { id: 'claude-sonnet-4-5', ability: THINKS_BY_BUDGET },
    { id: 'claude-haiku-4-5', ability: THINKS_BY_BUDGET },
    {
      id: 'claude-3-5-sonnet-20241022',
      created: 1729555200,
      ability: { ...OUTPUT_BY_TOOL, maxOutputTokens: 8192 },
    },
    {
      id: 'claude-3-5-haiku-20241022',
      created: 1729555200,
      ability: { ...OUTPUT_BY_TOOL, maxOutputTokens: 8192 },
    },
    {
      id: 'claude-3-opus-20240229',
      created: 1709164800,
      ability: { ...OUTPUT_BY_TOOL, maxOutputTokens: 4096 },
    },
  ],
  modelPrefixes: ['claude-'],
};
