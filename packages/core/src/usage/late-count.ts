import type { Usage } from '../chat/usage.ts';
import type { Cost, UsageEvent } from './usage-event.ts';

type Counts = { readonly [name: string]: number | undefined };

/**
 * The correction of a call that was booked at an estimate: by somebody else, who took its gateway for
 * dead, once that gateway tells how it ended; or by its own, once its provider's count comes. Undefined: nothing is to be corrected, or nobody can say by how much.
 * Its id follows from the call's, so that it is booked once, however often it is made.
 */
export function lateCorrection(booked: UsageEvent, late: UsageEvent): UsageEvent | undefined {
  const isKnown = booked.errorKind === 'internal' || late.usage?.provenance === 'provider';
  const isCorrected = booked.usage?.provenance === 'interrupted' && isKnown;
  if (!isCorrected || booked.attempt !== late.attempt) return undefined;
  const cost = costBetween(booked.cost, late.cost);
  if (cost === undefined) return undefined;
  const tools = differences(booked.usage?.serverTools, late.usage?.serverTools);
  const usage: Usage = {
    input: differences(booked.usage?.input, late.usage?.input),
    output: differences(booked.usage?.output, late.usage?.output),
    ...(Object.keys(tools).length === 0 ? undefined : { serverTools: tools }),
    provenance: late.usage?.provenance ?? 'provider',
  };
  const isSame =
    Object.keys({ ...usage.input, ...usage.output, ...tools }).length === 0 && cost.picoUsd === '0';
  if (isSame) return undefined;
  return {
    ...booked,
    callId: correctionIdOf(booked.callId),
    attempt: 1,
    corrects: booked.callId,
    usage,
    cost,
    losses: [],
  };
}

/** As old as the call, and other than any call's: the last twelve digits are turned round. */
const correctionIdOf = (callId: string): string =>
  callId.slice(0, -12) +
  callId
    .slice(-12)
    .replace(/[0-9a-f]/gi, (digit) => (15 - Number.parseInt(digit, 16)).toString(16));

/** Later less earlier, class by class; what is the same on both sides is left out. */
function differences(earlier: Counts = {}, later: Counts = {}): { [name: string]: number } {
  const names = new Set([...Object.keys(earlier), ...Object.keys(later)]);
  return Object.fromEntries(
    [...names]
      .map((name): [string, number] => [name, (later[name] ?? 0) - (earlier[name] ?? 0)])
      .filter(([, difference]) => difference !== 0),
  );
}

/** A cost that is known on one side alone can't be told as a difference, but where the other has none. */
function costBetween(booked: Cost | undefined, late: Cost | undefined): Cost | undefined {
  if (late === undefined) {
    if (booked === undefined || booked.picoUsd === null) return booked;
    return { picoUsd: String(-BigInt(booked.picoUsd)), priceId: booked.priceId };
  }
  if (late.picoUsd === null) return booked?.picoUsd === null ? late : undefined;
  const before = BigInt(booked?.picoUsd ?? 0);
  return { picoUsd: String(BigInt(late.picoUsd) - before), priceId: late.priceId };
}
