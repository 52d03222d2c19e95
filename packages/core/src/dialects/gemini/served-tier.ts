import type { WireUsage } from './reply-wire.ts';

/** Vertex's own names for the tiers. Source: `TrafficType` of its `UsageMetadata`. */
const TRAFFIC: { readonly [type: string]: string } = {
  ON_DEMAND: 'standard',
  ON_DEMAND_FLEX: 'flex',
  ON_DEMAND_PRIORITY: 'priority',
  PROVISIONED_THROUGHPUT: 'provisioned_throughput',
};

/** The class of service that a reply was billed as, where it says. */
export function servedTier(usage: WireUsage | null | undefined): string | undefined {
  const { serviceTier, trafficType } = usage ?? {};
  if (serviceTier != null) return serviceTier;
  return trafficType != null && Object.hasOwn(TRAFFIC, trafficType)
    ? TRAFFIC[trafficType]
    : undefined;
}
