import { expect, it } from 'vitest';
import { isComplete } from '../usage/usage-sum.ts';
import { decodeReply } from './openai-codec.ts';
import { openAiEmbeddingsPassage } from './openai-passage.ts';

const body = {
  object: 'list',
  model: 'text-embedding-3-small',
  data: [{ object: 'embedding', index: 0, embedding: [1, 0] }],
  usage: { prompt_tokens: 4, total_tokens: 4 },
};

it('counts an embedding call as whole, though it has no output to count', () => {
  const decoded = decodeReply(body, { provider: 'openai', model: 'm', items: 1 });
  const passed = openAiEmbeddingsPassage.readReply(body, { provider: 'openai', quirks: {} });

  for (const read of [decoded, passed]) {
    const usage = read.ok ? read.value.usage : undefined;
    expect(usage).toEqual({ input: { uncached: 4 }, output: { text: 0 }, provenance: 'provider' });
    expect(usage !== undefined && isComplete(usage)).toBe(true);
  }
});
