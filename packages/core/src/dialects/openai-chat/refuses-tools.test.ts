import { describe, expect, it } from 'vitest';
import type { Ability } from '../../providers/ability.ts';
import { passage } from './passage.ts';
import { encodeRequest } from './request.ts';

const ONLY_ELSEWHERE: Ability = { chatToolsWithReasoning: false };
const tool = { type: 'function' as const, name: 'f' };

describe('tools of a model that takes them with reasoning only in another dialect', () => {
  it.each<[Ability, string | undefined, boolean]>([
    [ONLY_ELSEWHERE, 'low', true],
    [ONLY_ELSEWHERE, undefined, true],
    [ONLY_ELSEWHERE, 'none', false],
    [{ ...ONLY_ELSEWHERE, reasoningDefault: 'off' }, undefined, false],
    [{ ...ONLY_ELSEWHERE, reasoningDefault: 'off' }, 'low', true],
    [{ ...ONLY_ELSEWHERE, reasoningOff: false }, 'none', true],
    [{}, 'high', false],
  ])('given %j and the effort %s, are refused: %s', (ability, effort, isRefused) => {
    const body = {
      model: 'm',
      tools: [{}],
      ...(effort === undefined ? {} : { reasoning_effort: effort }),
    };
    const encoded = encodeRequest(
      {
        model: 'm',
        stream: false,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
        tools: [tool],
        ...(effort === undefined ? {} : { reasoning: { effort } }),
      },
      { provider: 'p', model: 'm', ability, quirks: {}, origin: { provider: 'p' } },
    );

    expect(passage.isRefused?.(body, ability)).toBe(isRefused);
    expect(passage.isRefused?.({ ...body, tools: [] }, ability)).toBe(false);
    expect(encoded.ok && encoded.value.losses).toMatchObject(
      isRefused ? [{ path: 'tools', weight: 'meaning' }] : [],
    );
  });
});
