import { inputTokens, outputTokens, type Usage } from '../../chat/usage.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { WireUsage } from './reply-wire.ts';

/**
 * `tokens` is what the model read and wrote, the cached part of it included; `billed_units` is less,
 * and only better than nothing.
 * Source: the `Usage` type of cohere-ai 8.1.
 */
export function decodeUsage(wire: WireUsage | null | undefined): Usage | undefined {
  const isBilled = !isTold(wire?.tokens);
  const tokens = isBilled ? wire?.billed_units : wire?.tokens;
  const input = tokens?.input_tokens ?? undefined;
  const output = tokens?.output_tokens ?? undefined;
  if (input === undefined && output === undefined) return undefined;
  const told = wire?.cached_tokens ?? undefined;
  const cached = isBilled || told === undefined ? undefined : Math.min(told, input ?? told);
  return {
    input: {
      ...(input === undefined ? {} : { uncached: input - (cached ?? 0) }),
      ...(cached === undefined ? {} : { cacheRead: cached }),
    },
    output: output === undefined ? {} : { text: output },
    provenance: isBilled ? 'estimate' : 'provider',
  };
}

const isTold = (tokens: WireUsage['tokens']): boolean =>
  (tokens?.input_tokens ?? tokens?.output_tokens) != null;

/** Nothing where nothing is known: the dialect has no word for "unknown". */
export function encodeUsage(usage: Usage | undefined): { readonly usage?: JsonObject } {
  if (usage === undefined) return {};
  const { cacheRead } = usage.input;
  const hasInput = Object.keys(usage.input).length > 0;
  const hasOutput = Object.keys(usage.output).length > 0;
  return {
    usage: {
      tokens: {
        ...(hasInput ? { input_tokens: inputTokens(usage) } : {}),
        ...(hasOutput ? { output_tokens: outputTokens(usage) } : {}),
      },
      ...(cacheRead === undefined ? {} : { cached_tokens: cacheRead }),
    },
  };
}
