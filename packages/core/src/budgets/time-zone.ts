import { nearestName } from '../nearest-name.ts';

/** Whether the runtime knows a zone by this name. An offset (`+02:00`) is no zone: it has no summer. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The zone that a mistyped name probably meant. `berlin` is near to `Europe/Berlin`. */
export function nearestTimeZone(name: string): string | undefined {
  const known = Intl.supportedValuesOf('timeZone');
  const wanted = name.toLowerCase().replaceAll(' ', '_');
  const city = known.find((zone) => zone.toLowerCase().endsWith(`/${wanted}`));
  return city ?? nearestName(name, known);
}
