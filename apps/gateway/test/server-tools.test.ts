import { createHarness, type Harness, json, listSyntheticReplies } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { post } from './support/chat-face.ts';

const start = (): Promise<Harness> => createHarness(createApp);

const searched = (provider: string): object => {
  const found = listSyntheticReplies().find(
    (reply) => reply.provider === provider && reply.name.endsWith('synthetic-web-search'),
  );
  if (typeof found?.body !== 'object' || found.body === null) throw new Error(provider);
  return found.body;
};

describe('a search that the provider runs', () => {
  it('is asked of Claude by a client of Responses, who is told what of it Claude can not be asked', async () => {
    await using harness = await start();
    const expectation = harness.anthropic.mockMessageSuccess(searched('anthropic'));

    const reply = await post(harness, '/v1/responses', {
      model: 'claude-haiku-4-5',
      max_output_tokens: 64,
      input: 'Where is Oslo?',
      tools: [{ type: 'web_search', search_context_size: 'low' }],
    });

    expect(reply.status).toBe(200);
    expect(expectation.requests).toMatchObject([
      { body: { tools: [{ type: 'web_search_20250305', name: 'web_search' }] } },
    ]);
    expect(reply.headers.get('x-tollgate-dropped')).toContain('tools[0].search_context_size');
    expect(reply.json).toMatchObject({ output: [{ type: 'message' }] });
  });

  it('is asked of OpenAI by a client of Anthropic, in the dialect that has such a tool', async () => {
    await using harness = await start();
    const expectation = harness.openai.mockResponse(json(searched('openai')));

    const reply = await post(harness, '/v1/messages', {
      model: 'gpt-5.2',
      max_tokens: 64,
      messages: [{ role: 'user', content: 'Where is Oslo?' }],
      tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 2 }],
    });

    expect(reply.status).toBe(200);
    expect(expectation.requests).toMatchObject([{ body: { tools: [{ type: 'web_search' }] } }]);
    expect(reply.headers.get('x-tollgate-dropped')).toContain('tools[0].max_uses');
    expect(reply.json).toMatchObject({ content: [{ type: 'text', text: 'Oslo is nice.' }] });
  });
});
