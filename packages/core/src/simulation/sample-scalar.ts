import type { JsonObject } from '../json/json-value.ts';
import { samplePattern } from './sample-pattern.ts';

/** Longer minimums are not met: a schema must not decide how much memory is used. */
const LONGEST = 1000;

const FORMATS: { readonly [format: string]: string } = {
  'date-time': '2026-01-02T03:04:05Z',
  date: '2026-01-02',
  time: '03:04:05Z',
  duration: 'P1D',
  email: 'someone@example.com',
  'idn-email': 'someone@example.com',
  hostname: 'example.com',
  'idn-hostname': 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  'uri-reference': 'https://example.com/',
  iri: 'https://example.com/',
  'iri-reference': 'https://example.com/',
  'uri-template': 'https://example.com/{id}',
  uuid: '00000000-0000-4000-8000-000000000000',
  regex: '^a$',
  'json-pointer': '/a',
  'relative-json-pointer': '0',
};

export const numberOr = (value: unknown, fallback: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : fallback;

/** Which of several values to give, where they must differ. */
export type Variant = number;

/** A text that keeps format, pattern and lengths; else the name of its field. */
export function sampleString(schema: JsonObject, name: string, variant: Variant): string {
  const { format, pattern } = { format: schema['format'], pattern: schema['pattern'] };
  const least = Math.min(numberOr(schema['minLength'], 0), LONGEST);
  const most = numberOr(schema['maxLength'], Number.POSITIVE_INFINITY);
  if (typeof pattern === 'string') {
    const sampled = samplePattern(pattern, least);
    if (sampled !== undefined) return sampled;
  }
  if (typeof format === 'string' && Object.hasOwn(FORMATS, format)) return FORMATS[format] ?? '';
  const suffix = variant === 0 ? '' : String(variant + 1);
  const room = Math.max(0, most - suffix.length);
  return `${(name === '' ? 'text' : name).slice(0, room)}${suffix}`
    .padEnd(least, 'x')
    .slice(0, most);
}

/** The number nearest to 1 that keeps bounds and step. */
export function sampleNumber(schema: JsonObject, isInteger: boolean, variant: Variant): number {
  const multiple = numberOr(schema['multipleOf'], 0);
  const step = multiple > 0 ? multiple : isInteger ? 1 : 0;
  const gap = step > 0 ? step : gapOf(schema);
  const low = Math.max(
    numberOr(schema['minimum'], Number.NEGATIVE_INFINITY),
    numberOr(schema['exclusiveMinimum'], Number.NEGATIVE_INFINITY) + gap,
  );
  const high = Math.min(
    numberOr(schema['maximum'], Number.POSITIVE_INFINITY),
    numberOr(schema['exclusiveMaximum'], Number.POSITIVE_INFINITY) - gap,
  );
  const wanted = Math.min(Math.max(1, low), high);
  const whole = step === 0 ? wanted : stepUp(wanted, low, high, step);
  return whole + variant * (step > 0 ? step : Math.min(1, gap));
}

function stepUp(wanted: number, low: number, high: number, step: number): number {
  const up = Math.ceil(Math.max(wanted, low) / step) * step;
  return up <= high ? up : Math.floor(high / step) * step;
}

/** How far from an exclusive bound: half-way to the other one, at most 1. */
function gapOf(schema: JsonObject): number {
  const low = numberOr(schema['exclusiveMinimum'], numberOr(schema['minimum'], -2));
  const high = numberOr(schema['exclusiveMaximum'], numberOr(schema['maximum'], low + 2));
  return Math.min(1, Math.max(0, (high - low) / 2));
}
