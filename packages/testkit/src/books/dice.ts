/** Random numbers that a seed repeats (mulberry32): between 0, inclusive, and 1. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const roll = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (limit) => Math.floor(roll() * limit),
    chance: (share) => roll() < share,
    of: (things) => {
      const thing = things[Math.floor(roll() * things.length)];
      if (thing === undefined) throw new Error('there is nothing to choose from');
      return thing;
    },
  };
}

export interface Dice {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  /** True in this share of rolls. */
  chance(share: number): boolean;
  of<T>(things: readonly T[]): T;
}
