/** A day of UTC, in milliseconds. Days of other zones may be shorter, or longer. */
export const DAY_MS = 86_400_000;
