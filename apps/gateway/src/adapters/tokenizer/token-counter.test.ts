import { describe, expect, it } from 'vitest';
import { countBounded } from './count-tokens.ts';
import { encodingOf } from './encoding-of.ts';
import { createTokenCounter } from './token-counter.ts';

describe('createTokenCounter', () => {
  const counter = createTokenCounter();

  it.each([
    ['Hello, world!', 4],
    ['The quick brown fox', 4],
    ['Testing tokenization accuracy.', 5],
    ['I love programming', 3],
    ['42', 1],
    [' ', 1],
    ['hello.', 2],
    ['hello .', 2],
    ["don't", 2],
    ['', 0],
  ])('counts %j as the predecessor did', async (text, tokens) => {
    expect(await counter.count(text, 'gpt-4')).toBe(tokens);
  });

  it('uses the encoding of the model', async () => {
    expect(await counter.count("don't", 'openai/gpt-4o-mini')).toBe(1);
    expect(await counter.count("don't", 'claude-sonnet-5')).toBe(2);
  });

  it('counts the text of a special token as text', async () => {
    expect(await counter.count('<|endoftext|>', 'gpt-4')).toBe(7);
  });

  it('takes four characters for a token where the thread keeps a call waiting for too long', async () => {
    const hurried = createTokenCounter(1);

    expect(await hurried.count('word '.repeat(80), 'gpt-4')).toBe(100);
  });

  it.each([
    ['one letter', 'a'.repeat(3_000_000)],
    ['spaces', ' '.repeat(3_000_000)],
    ['a script without spaces', '漢字仮名'.repeat(500_000)],
  ])('takes no longer than a moment for megabytes of %s', async (_what, text) => {
    const start = performance.now();

    const tokens = await counter.count(text, 'gpt-4o');

    expect(tokens).toBeGreaterThan(1000);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('countBounded', () => {
  it('takes what is beyond its bound to be like what is before it', () => {
    const words = (text: string): number => text.split(' ').length - 1;

    expect(countBounded('word '.repeat(100_000), words)).toBeCloseTo(100_000, -2);
    expect(countBounded('', words)).toBe(0);
  });

  it('loses and repeats nothing where it cuts', () => {
    const seen: string[] = [];
    const text = `${'ab '.repeat(4000)}${'x'.repeat(5000)} end`;

    countBounded(text, (slice) => seen.push(slice));

    expect(seen.join('')).toBe(text);
    expect(seen.every((slice) => slice !== '')).toBe(true);
  });
});

describe('encodingOf', () => {
  it.each([
    ['gpt-4o', 'o200k_base'],
    ['openai/gpt-5.1-mini', 'o200k_base'],
    ['gpt-4.1', 'o200k_base'],
    ['o3', 'o200k_base'],
    ['o4-mini', 'o200k_base'],
    ['gpt-4', 'cl100k_base'],
    ['gpt-4-turbo', 'cl100k_base'],
    ['gpt-3.5-turbo', 'cl100k_base'],
    ['olmo-2', 'cl100k_base'],
    ['never-heard-of', 'cl100k_base'],
  ])('of %s is %s', (model, encoding) => {
    expect(encodingOf(model)).toBe(encoding);
  });
});
