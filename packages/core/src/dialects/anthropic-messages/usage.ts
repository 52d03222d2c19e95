import { outputTokens, type Usage } from '../../chat/usage.ts';
import type { JsonObject, JsonValue } from '../../json/json-value.ts';
import type { WireUsage } from './wire.ts';

/**
 * `input_tokens` leaves cache reads and writes out; `output_tokens` includes thinking, which is told
 * apart only where `output_tokens_details` is sent.
 * Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching
 */
export function decodeUsage(told: WireUsage): Usage {
  const wire = withCompaction(told);
  const { short, long } = cacheWrites(wire);
  const output = wire.output_tokens ?? undefined;
  const thought = wire.output_tokens_details?.thinking_tokens ?? undefined;
  const reasoning =
    output === undefined || thought === undefined ? undefined : Math.min(thought, output);
  const text = output === undefined ? undefined : output - (reasoning ?? 0);
  const serverTools = decodeServerTools(wire);
  return {
    input: {
      ...(typeof wire.input_tokens === 'number' ? { uncached: wire.input_tokens } : {}),
      ...(typeof wire.cache_read_input_tokens === 'number'
        ? { cacheRead: wire.cache_read_input_tokens }
        : {}),
      ...(short === undefined ? {} : { cacheWrite5m: short }),
      ...(long === undefined ? {} : { cacheWrite1h: long }),
    },
    output: {
      ...(text === undefined ? {} : { text }),
      ...(reasoning === undefined ? {} : { reasoning }),
    },
    ...(serverTools === undefined ? {} : { serverTools }),
    provenance: 'provider',
  };
}

/**
 * A request that compacted its history was several, and the sums tell of the last alone: all of them
 * are paid for. What another model did (an advisor, a fallback) is not in these sums either.
 * Source: https://platform.claude.com/docs/en/build-with-claude/compaction
 */
function withCompaction(wire: WireUsage): WireUsage {
  const iterations = wire.iterations ?? [];
  if (!iterations.some(({ type }) => type === 'compaction')) return wire;
  const own = iterations.filter(({ type }) => type === 'compaction' || type === 'message');
  const sumOf = (field: 'input_tokens' | 'output_tokens'): number =>
    own.reduce((sum, one) => sum + (one[field] ?? 0), 0);
  return { ...wire, input_tokens: sumOf('input_tokens'), output_tokens: sumOf('output_tokens') };
}

/** The sum is always told, its split not: what isn't known to be the long kind is the short one. */
function cacheWrites(wire: WireUsage): { short?: number; long?: number } {
  const told = wire.cache_creation;
  const long = told?.ephemeral_1h_input_tokens ?? undefined;
  const total = wire.cache_creation_input_tokens ?? undefined;
  const short =
    total === undefined
      ? (told?.ephemeral_5m_input_tokens ?? undefined)
      : Math.max(0, total - (long ?? 0));
  return {
    ...(short === undefined ? {} : { short }),
    ...(long === undefined ? {} : { long }),
  };
}

const REQUESTS = '_requests';

function decodeServerTools(wire: WireUsage): { readonly [name: string]: number } | undefined {
  const counts = Object.entries(wire.server_tool_use ?? {}).flatMap(
    ([field, count]): [string, number][] =>
      field.endsWith(REQUESTS) && typeof count === 'number' && Number.isInteger(count) && count >= 0
        ? [[field.slice(0, -REQUESTS.length), count]]
        : [],
  );
  return counts.length === 0 ? undefined : Object.fromEntries(counts);
}

/** Later counts win where they are told: `message_delta` over `message_start`. */
export function mergeUsage(earlier: WireUsage, later: WireUsage): WireUsage {
  const told = Object.entries(later).filter(([, value]) => value !== null && value !== undefined);
  return { ...earlier, ...Object.fromEntries(told) };
}

/** Without usage the counts are 0, which the dialect requires to be there. */
export function encodeUsage(usage: Usage | undefined, serviceTier?: string): JsonObject {
  const { input, output, serverTools } = usage ?? { input: {}, output: {} };
  const { cacheWrite5m, cacheWrite1h } = input;
  const writes =
    cacheWrite5m === undefined && cacheWrite1h === undefined
      ? undefined
      : (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0);
  return {
    input_tokens: (input.uncached ?? 0) + (input.audio ?? 0) + (input.image ?? 0),
    ...(writes === undefined ? {} : { cache_creation_input_tokens: writes }),
    ...(input.cacheRead === undefined ? {} : { cache_read_input_tokens: input.cacheRead }),
    ...(cacheWrite1h === undefined
      ? {}
      : {
          cache_creation: {
            ephemeral_5m_input_tokens: cacheWrite5m ?? 0,
            ephemeral_1h_input_tokens: cacheWrite1h,
          },
        }),
    output_tokens: usage === undefined ? 0 : outputTokens(usage),
    ...(output.reasoning === undefined
      ? {}
      : { output_tokens_details: { thinking_tokens: output.reasoning } }),
    ...(serverTools === undefined ? {} : { server_tool_use: encodeServerTools(serverTools) }),
    ...(serviceTier === undefined ? {} : { service_tier: serviceTier }),
  };
}

const encodeServerTools = (counts: { readonly [name: string]: number }): JsonValue =>
  Object.fromEntries(Object.entries(counts).map(([name, count]) => [name + REQUESTS, count]));
