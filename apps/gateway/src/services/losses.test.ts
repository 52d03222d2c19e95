import type { Loss } from '@tollgate/core/chat';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../config/parse.ts';
import { checkLosses, refusalsOf } from './losses.ts';

const loss = (feature: Loss['feature'], action: Loss['action'], weight: Loss['weight']): Loss => ({
  feature,
  path: `${feature} ${action}`,
  action,
  why: 'no',
  weight,
});

const LOST = [
  loss('seed', 'dropped', 'hint'),
  loss('maxOutputTokens', 'clamped', 'hint'),
  loss('toolChoice', 'dropped', 'meaning'),
  loss('toolChoice', 'emulated', 'hint'),
  loss('noMessages', 'dropped', 'meaning'),
];

/** What is refused of all these by a gateway that is set so. */
function refused(losses: unknown, model: string, strict = false): readonly string[] {
  const parsed = parseConfig({ file: { losses }, env: { OPENAI_API_KEY: 'k' } });
  if (!parsed.ok) throw new Error('was no configuration');
  const provider = parsed.value.providers.find(({ name }) => name === 'openai');
  if (provider === undefined) throw new Error('is off');
  const checked = checkLosses(LOST, { strict, refuses: refusalsOf({ provider, model }) });
  if (checked.ok) return [];
  return checked.error.kind === 'not_expressible'
    ? checked.error.losses.map(({ path }) => path)
    : [];
}

describe('what is refused', () => {
  it.each<[string, unknown, string, readonly string[]]>([
    ['by the table alone', {}, 'gpt-4o', ['toolChoice dropped', 'noMessages dropped']],
    [
      'once a hint is to be',
      { 'openai/gpt-4o': { seed: 'refuse', maxOutputTokens: 'refuse' } },
      'gpt-4o',
      ['seed dropped', 'toolChoice dropped', 'noMessages dropped'],
    ],
    [
      'once it is to be exact',
      { 'openai/gpt-*': { maxOutputTokens: 'exact', toolChoice: 'exact' } },
      'gpt-4o',
      [
        'maxOutputTokens clamped',
        'toolChoice dropped',
        'toolChoice emulated',
        'noMessages dropped',
      ],
    ],
    [
      'once a meaning may go',
      { 'openai/*': { toolChoice: 'drop' } },
      'gpt-4o',
      ['noMessages dropped'],
    ],
    [
      'by the longest name that fits',
      { 'openai/gpt-4o*': { seed: 'drop', toolChoice: 'drop' }, 'openai/*': { seed: 'refuse' } },
      'gpt-4o-mini',
      ['noMessages dropped'],
    ],
    [
      'of another model',
      { 'openai/gpt-4o': { toolChoice: 'drop' } },
      'gpt-4o-mini',
      ['toolChoice dropped', 'noMessages dropped'],
    ],
  ])('%s', (_title, losses, model, expected) => {
    expect(refused(losses, model)).toEqual(expected);
  });

  it('is all of it for a strict call, whatever is set', () => {
    expect(refused({ 'openai/*': { toolChoice: 'drop', seed: 'drop' } }, 'gpt-4o', true)).toEqual(
      LOST.map(({ path }) => path),
    );
  });
});
