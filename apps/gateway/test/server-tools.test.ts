import { createHarness, type Harness, json, listSyntheticReplies } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { post } from './support/chat-face.ts';

const start = (): Promise<Harness> => createHarness(createApp);

function replied(provider: string, name: string): object {
  const found = listSyntheticReplies().find(
    (reply) => reply.provider === provider && reply.name.endsWith(name),
  );
  if (typeof found?.body !== 'object' || found.body === null) throw new Error(provider);
  return found.body;
}

const searched = (provider: string): object => replied(provider, 'synthetic-web-search');

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

const idOf = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined;

const TOKEN = 'token-of-the-server';

const called = (...content: readonly object[]): object => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-haiku-4-5',
  content: [
    { type: 'mcp_tool_use', id: 'mcptoolu_1', name: 'ask', server_name: 's', input: { q: 1 } },
    { type: 'mcp_tool_result', tool_use_id: 'mcptoolu_1', is_error: false, content: 'Yes.' },
    ...content,
  ],
  stop_reason: 'end_turn',
  usage: { input_tokens: 3, output_tokens: 4 },
});

const QUOTED = `The server refused the token ${TOKEN}.`;
const failed = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: 'gpt-5.2',
  status: 'failed',
  output: [],
};

describe('an MCP server that the provider asks', () => {
  const asked = {
    model: 'claude-haiku-4-5',
    max_output_tokens: 64,
    input: 'Ask.',
    tools: [
      {
        type: 'mcp',
        server_label: 's',
        server_url: 'https://mcp.example/sse',
        authorization: TOKEN,
        require_approval: 'never',
      },
    ],
  };

  it('is asked of Claude, opted in to, for a client of Responses, who is shown its calls', async () => {
    await using harness = await start();
    const expectation = harness.anthropic.mockMessageSuccess(called({ type: 'text', text: 'So.' }));

    const reply = await post(harness, '/v1/responses', asked);

    expect(reply.status).toBe(200);
    expect(expectation.requests).toMatchObject([
      {
        headers: { 'anthropic-beta': 'mcp-client-2025-11-20' },
        body: {
          tools: [{ type: 'mcp_toolset', mcp_server_name: 's' }],
          mcp_servers: [{ url: 'https://mcp.example/sse', authorization_token: TOKEN }],
        },
      },
    ]);
    expect(reply.json).toMatchObject({
      output: [
        { type: 'mcp_call', server_label: 's', name: 'ask', arguments: '{"q":1}', output: 'Yes.' },
        { type: 'message' },
      ],
      tools: [{ type: 'mcp', server_label: 's' }],
    });
    expect(JSON.stringify(reply.json)).not.toContain(TOKEN);
  });

  it('is named in no refusal with its token, and not asked where its client wants a say', async () => {
    await using harness = await start();
    const [tool] = asked.tools;
    const { require_approval: _never, ...waiting } = tool ?? {};

    const reply = await post(harness, '/v1/responses', { ...asked, tools: [waiting] });

    expect(reply.status).toBe(400);
    expect(JSON.stringify(reply.json)).toContain('tools[0].require_approval');
    expect(JSON.stringify(reply.json)).not.toContain(TOKEN);
  });

  it('has its calls given back to Claude in the next turn', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageSuccess(called({ type: 'text', text: 'So.' }));
    const first = await post(harness, '/v1/responses', { ...asked, store: true });
    const expectation = harness.anthropic.mockMessageSuccess(called());

    await post(harness, '/v1/responses', {
      ...asked,
      input: 'And?',
      previous_response_id: idOf(first.json),
    });

    expect(expectation.requests).toMatchObject([
      {
        body: {
          messages: [
            { role: 'user' },
            {
              role: 'assistant',
              content: [
                { type: 'mcp_tool_use', id: 'mcptoolu_1', server_name: 's' },
                { type: 'mcp_tool_result', tool_use_id: 'mcptoolu_1' },
                { type: 'text', text: 'So.' },
              ],
            },
            { role: 'user' },
          ],
        },
      },
    ]);
  });

  it('is asked of OpenAI for a client of Anthropic', async () => {
    await using harness = await start();
    const expectation = harness.openai.mockResponse(json(replied('openai', 'synthetic-mcp')));

    const reply = await post(
      harness,
      '/v1/messages',
      {
        model: 'gpt-5.2',
        max_tokens: 64,
        messages: [{ role: 'user', content: 'Ask.' }],
        mcp_servers: [
          { type: 'url', name: 's', url: 'https://mcp.example', authorization_token: TOKEN },
        ],
        tools: [{ type: 'mcp_toolset', mcp_server_name: 's' }],
      },
      // It is served: what opens it here is not missing there.
      { headers: { 'anthropic-beta': 'mcp-client-2025-11-20', 'x-tollgate-strict': 'true' } },
    );

    expect(reply.status).toBe(200);
    expect(expectation.requests).toMatchObject([
      { body: { tools: [{ type: 'mcp', authorization: TOKEN, require_approval: 'never' }] } },
    ]);
    expect(reply.json).toMatchObject({
      content: [
        { type: 'mcp_tool_use', server_name: 's', name: 'echo' },
        { type: 'mcp_tool_result' },
        { type: 'text', text: 'It said 1.' },
      ],
    });
  });

  it.each([
    [
      'an error',
      json({ error: { message: QUOTED, type: 'invalid_request_error' } }, { status: 400 }),
    ],
    ['a failed response', json({ ...failed, error: { code: 'invalid_prompt', message: QUOTED } })],
  ])(
    'has a token that stands in a header hidden where the provider quotes it in %s',
    async (_, reply) => {
      await using harness = await start();
      harness.openai.mockResponse(reply);
      const [tool] = asked.tools;
      const { authorization: _field, ...server } = tool ?? {};
      const tools = [{ ...server, headers: { Authorization: `Bearer ${TOKEN}` } }];

      const { text } = await post(harness, '/v1/responses', { ...asked, model: 'gpt-5.2', tools });

      expect(text).toContain('refused the token');
      expect(text).not.toContain(TOKEN);
    },
  );

  it('has its words for a token hidden where the provider quotes them in an error', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageBadRequest(`mcp_servers.0: "${TOKEN}" was refused by the server`);

    const reply = await post(harness, '/v1/responses', asked);

    expect(reply.status).toBe(400);
    expect(JSON.stringify(reply.json)).toContain('was refused by the server');
    expect(JSON.stringify(reply.json)).not.toContain(TOKEN);
  });
});
