import { describe, expect, it } from 'vitest';
import { siftBetas } from './sift-betas.ts';

const HEADER = 'context-1m-2025-08-07, computer-use-2025-01-24,invented-2027-01-01';

describe('siftBetas', () => {
  it('leaves the header byte for byte to who knows all of them', () => {
    for (const known of [['*'], ['context-1m-*', 'computer-use-*', 'invented-2027-01-01']]) {
      expect(siftBetas({ 'anthropic-beta': known }, 'anthropic-beta', HEADER)).toEqual({
        header: HEADER,
        dropped: [],
      });
    }
  });

  it('keeps what is known, and names the rest', () => {
    const known = { 'anthropic-beta': ['computer-use-*', 'invented-2026-01-01'] };

    expect(siftBetas(known, 'anthropic-beta', HEADER)).toEqual({
      header: 'computer-use-2025-01-24',
      dropped: ['context-1m-2025-08-07', 'invented-2027-01-01'],
    });
  });

  it('leaves no header where nothing is known', () => {
    const dropped = HEADER.split(/, ?/);

    expect(siftBetas(undefined, 'anthropic-beta', HEADER)).toEqual({ dropped });
    expect(siftBetas({ 'anthropic-beta': [] }, 'anthropic-beta', HEADER)).toEqual({ dropped });
    expect(siftBetas({ 'openai-beta': ['*'] }, 'anthropic-beta', HEADER)).toEqual({ dropped });
  });
});
