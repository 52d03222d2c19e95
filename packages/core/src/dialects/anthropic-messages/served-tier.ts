import type { JsonObject } from '../../json/json-value.ts';
import type { WireUsage } from './wire.ts';

/** As Anthropic calls what its list prices are for. */
const ORDINARY: ReadonlySet<string> = new Set(['standard', 'global', 'not_available']);

/**
 * What a reply was billed as, in one name: `priority`, `batch`, `fast`, `us`, or several, `batch_us`. Fast
 * mode and a geography of one's own have other prices, as a tier of service has.
 * Sources: platform.claude.com/docs/en/build-with-claude/fast-mode and /manage-claude/data-residency.
 */
export function servedTier(usage: WireUsage | null | undefined): string | undefined {
  if (usage == null) return undefined;
  const { service_tier: tier, speed, inference_geo: geography } = usage;
  const others = [tier, speed, geography].filter((one) => one != null && !ORDINARY.has(one));
  return others.length === 0 ? (tier ?? undefined) : others.join('_');
}

/** The same of a request; which tier of service it gets is for Anthropic to say. */
export function askedTier({ speed, inference_geo: geography }: JsonObject): string | undefined {
  return servedTier({
    speed: typeof speed === 'string' ? speed : undefined,
    inference_geo: typeof geography === 'string' ? geography : undefined,
  });
}
