import { OMISSIONS, OUTPUT_BY, type Quirks as ProviderQuirks } from '@tollgate/core/providers';
import * as z from 'zod';

/**
 * Where a provider departs from its dialect, as the settings file says it; one that is missing here is a
 * compile error.
 */
export const Quirks = z.strictObject({
  usageIn: z.string().min(1).exactOptional().meta({
    description: 'Streams carry usage in this field of the last chunk, in place of `usage`.',
  }),
  flatUsage: z.boolean().exactOptional().meta({
    description: 'Cached and reasoning tokens stand beside the sums, in no `…_tokens_details`.',
  }),
  completionExcludesReasoning: z
    .boolean()
    .exactOptional()
    .meta({ description: 'Its output count leaves reasoning out.' }),
  promptExcludesCached: z
    .boolean()
    .exactOptional()
    .meta({ description: 'Its input count may leave out what came from the cache.' }),
  runsCustomTools: z
    .boolean()
    .exactOptional()
    .meta({ description: 'Calls of custom tools in Responses are its own, run already.' }),
  serverTools: z
    .array(z.enum(['web-search', 'code-execution', 'mcp']))
    .readonly()
    .exactOptional()
    .meta({ description: 'Tools that it runs itself, for clients of other dialects too.' }),
  openAiFields: z.boolean().exactOptional().meta({
    description:
      'It takes OpenAI’s own fields in either dialect: of the prompt cache, of moderation, `safety_identifier`.',
  }),
  maxTokensField: z
    .enum(['max_tokens', 'max_completion_tokens'])
    .exactOptional()
    .meta({ description: 'The name of the limit that it knows.' }),
  noStreamOptions: z
    .boolean()
    .exactOptional()
    .meta({ description: 'It refuses `stream_options`.' }),
  noDeveloperRole: z
    .boolean()
    .exactOptional()
    .meta({ description: 'It knows no role `developer`.' }),
  embeddings: z
    .strictObject({
      maxInputs: z
        .int()
        .min(1)
        .exactOptional()
        .meta({ description: 'Most inputs in one request.' }),
      dimensionsField: z
        .literal('output_dimension')
        .exactOptional()
        .meta({ description: 'What it calls `dimensions`.' }),
      vectorTypes: z.boolean().exactOptional().meta({ description: 'It knows `output_dtype`.' }),
      tasks: z
        .array(z.string().min(1))
        .exactOptional()
        .meta({ description: 'The values of `input_type` that it knows.' }),
      truncation: z.boolean().exactOptional().meta({ description: 'It knows `truncation`.' }),
      textsOnly: z.boolean().exactOptional().meta({ description: 'It takes no lists of tokens.' }),
      noUser: z.boolean().exactOptional().meta({ description: 'It refuses `user`.' }),
    } satisfies {
      readonly [quirk in keyof NonNullable<ProviderQuirks['embeddings']>]-?: z.ZodType;
    })
    .exactOptional()
    .meta({ description: 'Where its embeddings depart from their dialect.' }),
  noMediaUrls: z
    .boolean()
    .exactOptional()
    .meta({ description: 'It takes media as bytes only, never by their address.' }),
  outputBy: z.enum(OUTPUT_BY).exactOptional().meta({
    description: 'It holds no output to a schema: `tool` makes it call one, `words` tell it.',
  }),
  reasoningField: z
    .enum(['reasoning_content', 'reasoning'])
    .exactOptional()
    .meta({ description: 'Where it takes earlier reasoning back.' }),
  takesReasoningDetails: z.boolean().exactOptional().meta({
    description: 'It takes back `reasoning_details`, with what proves or hides them.',
  }),
  reasoningIn: z.enum(['reasoning', 'content']).exactOptional().meta({
    description: 'Where its replies carry reasoning, other than in `reasoning_content`.',
  }),
  omits: z.array(z.enum(OMISSIONS)).readonly().exactOptional().meta({
    description: 'What its replies lack, or fill wrongly, and its clients insist on.',
  }),
  repeatsStart: z
    .boolean()
    .exactOptional()
    .meta({ description: 'Its streams begin again in their midst.' }),
} satisfies { readonly [quirk in keyof ProviderQuirks]-?: z.ZodType });
