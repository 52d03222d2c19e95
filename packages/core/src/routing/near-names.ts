import { editDistance } from './edit-distance.ts';

/** Nobody mistypes a longer name, and comparing it would cost the process, not the caller. */
const LONGEST = 120;
const MOST = 3;

/** At most three known names that may have been meant, the likeliest first. */
export function nearNames(name: string, known: Iterable<string>): readonly string[] {
  if (name === '' || name.length > LONGEST) return [];
  const wanted = name.toLowerCase();
  const limit = Math.min(4, Math.max(1, Math.floor(wanted.length / 4)));
  const near = new Map<string, number>();
  for (const candidate of known) {
    const distance = distanceTo(wanted, candidate.toLowerCase(), limit);
    if (distance <= limit) near.set(candidate, distance);
  }
  return [...near]
    .sort(([a, near1], [b, near2]) => near1 - near2 || (a < b ? -1 : 1))
    .slice(0, MOST)
    .map(([candidate]) => candidate);
}

/** A name cut short, or longer by a date, is near, though not as near as one with a slip. */
function distanceTo(wanted: string, candidate: string, limit: number): number {
  const distance = editDistance(wanted, candidate, limit);
  const isCut =
    wanted.length >= 4 && (candidate.startsWith(wanted) || wanted.startsWith(`${candidate}-`));
  return isCut ? Math.min(distance, limit) : distance;
}
