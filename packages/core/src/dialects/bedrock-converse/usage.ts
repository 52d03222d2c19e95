import { inputTokens, outputTokens, type Usage } from '../../chat/usage.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { WireUsage } from './reply-wire.ts';

/** `inputTokens` leaves cache reads and writes out; of the writes only a part may be told by lifetime. */
export function decodeUsage(wire: WireUsage | null | undefined): Usage | undefined {
  if (wire == null) return undefined;
  const { inputTokens: uncached, outputTokens: text, cacheReadInputTokens: cacheRead } = wire;
  if (uncached == null && text == null) return undefined;
  const { short, long } = cacheWrites(wire);
  return {
    input: {
      ...(uncached == null ? {} : { uncached }),
      ...(cacheRead == null ? {} : { cacheRead }),
      ...(short === undefined ? {} : { cacheWrite5m: short }),
      ...(long === undefined ? {} : { cacheWrite1h: long }),
    },
    output: text == null ? {} : { text },
    provenance: 'provider',
  };
}

/** What isn't known to be the long kind is the short one. */
function cacheWrites(wire: WireUsage): { readonly short?: number; readonly long?: number } {
  const byLifetime = new Map<string, number>();
  for (const { ttl, inputTokens: count } of wire.cacheDetails ?? []) {
    byLifetime.set(ttl, (byLifetime.get(ttl) ?? 0) + (count ?? 0));
  }
  const long = byLifetime.get('1h');
  const total = wire.cacheWriteInputTokens ?? undefined;
  const short = total === undefined ? byLifetime.get('5m') : Math.max(0, total - (long ?? 0));
  return {
    ...(short === undefined ? {} : { short }),
    ...(long === undefined ? {} : { long }),
  };
}

/** Nothing where nothing is known: the dialect has no word for "unknown". */
export function encodeUsage(usage: Usage | undefined): { readonly usage?: JsonObject } {
  if (usage === undefined) return {};
  const { cacheRead, cacheWrite5m, cacheWrite1h, uncached, audio, image } = usage.input;
  const isWritten = cacheWrite5m !== undefined || cacheWrite1h !== undefined;
  const output = outputTokens(usage);
  return {
    usage: {
      inputTokens: (uncached ?? 0) + (audio ?? 0) + (image ?? 0),
      outputTokens: output,
      totalTokens: inputTokens(usage) + output,
      ...(cacheRead === undefined ? {} : { cacheReadInputTokens: cacheRead }),
      ...(isWritten ? { cacheWriteInputTokens: (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0) } : {}),
      ...(cacheWrite1h === undefined
        ? {}
        : {
            cacheDetails: [
              { ttl: '5m', inputTokens: cacheWrite5m ?? 0 },
              { ttl: '1h', inputTokens: cacheWrite1h },
            ],
          }),
    },
  };
}
