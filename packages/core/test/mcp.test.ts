import { listSyntheticReplies } from '@tollgate/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChatReply, collect, type Loss, replay } from '../src/chat/index.ts';
import {
  anthropicMessages,
  type Dialect,
  openAiResponses,
  repeatedFields,
  type Target,
} from '../src/dialects/index.ts';
import type { JsonObject } from '../src/json/index.ts';
import * as arbitrary from './arbitraries.ts';
import { ANSWERING, TARGET } from './codec-contract.ts';
import { asSent } from './requests/clients.ts';
import { asObject } from './requests/leaves.ts';

const RUNS: Target = { ...TARGET, quirks: { serverTools: ['mcp'] } };

const ASKED = { model: 'm', input: 'Ask.' };
const SERVER = { type: 'mcp', server_label: 's', server_url: 'https://mcp.example' };
const FREE = { ...SERVER, require_approval: 'never' };

const CLAUDE = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Ask.' }] };
const ADDRESS = { type: 'url', name: 's', url: 'https://mcp.example' };
const TOOLSET = { type: 'mcp_toolset', mcp_server_name: 's' };

function said(from: Dialect, body: JsonObject, to: Dialect, target = RUNS) {
  const decoded = from.decodeRequest(body);
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.error));
  const encoded = to.encodeRequest(decoded.value.request, target);
  if (!encoded.ok) throw new Error(encoded.error.kind);
  const { value, losses, headers } = encoded.value;
  return { body: value, losses, headers, told: told(losses) };
}

const told = (losses: readonly Loss[]): readonly string[] =>
  losses
    .filter(({ feature }) => feature !== 'maxOutputTokens')
    .map(({ feature, path, weight }) => `${feature} ${path} ${weight}`);

const toClaude = (tool: JsonObject, fields: JsonObject = {}) =>
  said(openAiResponses, { ...ASKED, ...fields, tools: [tool] }, anthropicMessages);
const toOpenAi = (fields: JsonObject) =>
  said(anthropicMessages, { ...CLAUDE, ...fields }, openAiResponses);

describe('an MCP server', () => {
  it('is asked of Claude in both places that it stands in there', () => {
    const { body, told: lost } = toClaude({
      ...FREE,
      authorization: 'tok',
      allowed_tools: ['a', 'b'],
    });

    expect(lost).toEqual([]);
    expect(body).toMatchObject({
      mcp_servers: [{ ...ADDRESS, authorization_token: 'tok' }],
      tools: [
        {
          ...TOOLSET,
          default_config: { enabled: false },
          configs: { a: { enabled: true }, b: { enabled: true } },
        },
      ],
    });
  });

  it('is asked of OpenAI without approvals, which Claude has none of', () => {
    const { body, told: lost } = toOpenAi({
      mcp_servers: [{ ...ADDRESS, authorization_token: 'tok' }],
      tools: [TOOLSET],
    });

    expect(lost).toEqual([]);
    expect(body['tools']).toEqual([{ ...FREE, authorization: 'tok' }]);
  });

  it.each([
    ['approvals that are waited for by default', SERVER, 'mcpApproval tools[0].shared.asksFirst'],
    [
      'approvals of some tools',
      { ...SERVER, require_approval: { never: { tool_names: ['a'] } } },
      'mcpApproval tools[0].shared.asksFirst',
    ],
    [
      'headers beside the token',
      { ...FREE, headers: { Authorization: 'Bearer tok', 'x-team': 'secret' } },
      'mcpHeaders tools[0].shared.headers',
    ],
    [
      'a filter by what tools do',
      { ...FREE, allowed_tools: { read_only: true } },
      'serverTools tools[0]',
    ],
    ['a list of no tools', { ...FREE, allowed_tools: [] }, 'serverTools tools[0]'],
    ['a connector', { type: 'mcp', server_label: 's', connector_id: 'c' }, 'serverTools tools[0]'],
  ])('is refused with %s', (_what, tool, lost) => {
    expect(toClaude(tool).told).toEqual([`${lost} meaning`]);
  });

  it('is refused with a list of denied tools, since OpenAI knows those that are allowed only', () => {
    const { told: lost } = toOpenAi({
      mcp_servers: [ADDRESS],
      tools: [{ ...TOOLSET, configs: { a: { enabled: false }, b: {} } }],
    });

    expect(lost).toEqual(['mcpTools tools[0].shared.deniedTools meaning']);
  });

  it('is refused where no such server is asked', () => {
    const { told: lost } = said(
      openAiResponses,
      { ...ASKED, tools: [FREE] },
      anthropicMessages,
      TARGET,
    );

    expect(lost).toEqual(['serverTools tools[0] meaning']);
  });

  it('is opted in to where we write it; a client of Anthropic did so itself', () => {
    const fields = { mcp_servers: [ADDRESS], tools: [TOOLSET] };
    const own = said(anthropicMessages, { ...CLAUDE, ...fields }, anthropicMessages);

    expect(toClaude(FREE).headers).toEqual({ 'anthropic-beta': 'mcp-client-2025-11-20' });
    expect(own.headers).toBeUndefined();
    expect(own.body).toMatchObject(fields);
  });

  it('shows its token and headers in no loss, and in no response that repeats its tools', () => {
    const tool = { ...SERVER, authorization: 'hidden-1', headers: { 'x-team': 'hidden-2' } };
    const { losses } = toClaude(tool);
    const repeated = repeatedFields({ ...ASKED, tools: [tool] });

    expect(losses.length).toBeGreaterThan(0);
    expect(JSON.stringify([losses, repeated])).not.toContain('hidden');
    expect(repeated).toMatchObject({ tools: [SERVER] });
  });
});

describe('a choice of an MCP server', () => {
  it.each([
    { type: 'mcp', server_label: 's' },
    { type: 'mcp', server_label: 's', name: 'a' },
    { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'mcp', server_label: 's' }] },
  ])('stays what it is for its own dialect: %j', (tool_choice) => {
    const { body } = said(
      openAiResponses,
      { ...ASKED, tools: [FREE], tool_choice },
      openAiResponses,
    );

    expect(body['tool_choice']).toEqual(tool_choice);
  });

  it('is refused of Claude, which can be made to call a function only', () => {
    const { told: lost, body } = toClaude(FREE, {
      tool_choice: { type: 'mcp', server_label: 's', name: 'a' },
    });

    expect(lost).toEqual(['toolChoice toolChoice meaning']);
    expect(body['tool_choice']).toBeUndefined();
  });
});

describe('what was called on an MCP server in an earlier turn', () => {
  const call = {
    type: 'mcp_call',
    id: 'mcp_1',
    server_label: 's',
    name: 'a',
    arguments: '{"q":1}',
  };
  const asked = (...items: readonly JsonObject[]) =>
    toClaude(FREE, { input: [{ role: 'user', content: 'Ask.' }, ...items] });

  it('is two blocks of Claude’s', () => {
    const { body, told: lost } = asked({ ...call, output: 'y' });

    expect(lost).toEqual([]);
    expect(body).toMatchObject({
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { type: 'mcp_tool_use', id: 'mcp_1', server_name: 's', name: 'a', input: { q: 1 } },
            { type: 'mcp_tool_result', tool_use_id: 'mcp_1', is_error: false },
          ],
        },
      ],
    });
  });

  it.each([
    ['has no result', call],
    ['is of a server that is not asked', { ...call, server_label: 'other', output: 'y' }],
    ['is a list of tools', { type: 'mcp_list_tools', id: 'l', server_label: 's', tools: [] }],
  ])('is left out and told where it %s', (_why, item) => {
    expect(asked(item).told).toEqual(['serverToolTurn messages[1].content[0] hint']);
  });

  it('is one item of OpenAI’s, wherever in the turn its result stands', () => {
    const use = { type: 'mcp_tool_use', id: 'x', name: 'a', server_name: 's', input: { q: 1 } };
    const result = { type: 'mcp_tool_result', tool_use_id: 'x', is_error: true, content: 'no' };
    const { body, told: lost } = toOpenAi({
      mcp_servers: [ADDRESS],
      tools: [TOOLSET],
      messages: [
        { role: 'user', content: 'Ask.' },
        { role: 'assistant', content: [use, { type: 'text', text: 'So?' }, result] },
      ],
    });

    expect(lost).toEqual([]);
    expect(body['input']).toMatchObject([
      { role: 'user' },
      {
        type: 'mcp_call',
        id: 'mcp_x',
        status: 'failed',
        error: { content: [{ type: 'text', text: 'no' }] },
      },
      { role: 'assistant' },
    ]);
  });
});

const replyOf = (dialect: Dialect, body: unknown): ChatReply => {
  const reply = dialect.decodeReply(asSent(body), TARGET);
  if (!reply.ok) throw new Error(reply.error.kind);
  return reply.value;
};

/** What a client of a dialect reads of a reply, whole and in a stream. */
function readBy(face: Dialect, reply: ChatReply) {
  const whole = face.encodeReply(reply, ANSWERING);
  const encoder = face.createStreamEncoder(ANSWERING);
  const events = [...replay(reply).flatMap((event) => encoder.push(event)), ...encoder.end()];
  const decoder = face.createStreamDecoder(TARGET);
  const streamed = collect([...events.flatMap((event) => decoder.push(event)), ...decoder.end()]);
  return { whole, events, streamed, read: face.decodeReply(whole.value, TARGET) };
}

const turnsIn = (reply: ReturnType<typeof collect>): unknown =>
  reply.ok ? reply.value.choices.map(({ content }) => content) : reply.error;

describe('what a provider called on an MCP server', () => {
  const spoken = listSyntheticReplies().find(
    ({ name, body }) => name.endsWith('synthetic-mcp') && body !== undefined,
  );
  const claude = {
    id: 'm',
    model: 'm',
    content: [
      { type: 'mcp_tool_use', id: 'u1', name: 'a', server_name: 's', input: { q: 1 } },
      { type: 'mcp_tool_use', id: 'u2', name: 'b', server_name: 's', input: {} },
      { type: 'mcp_tool_result', tool_use_id: 'u2', is_error: true, content: 'no' },
      { type: 'mcp_tool_result', tool_use_id: 'u1', is_error: false, content: [] },
      { type: 'text', text: 'So.' },
    ],
    stop_reason: 'end_turn',
    usage: { input_tokens: 3, output_tokens: 4 },
  };

  it('is shown to clients of Anthropic as their own provider shows it, whole and streamed', () => {
    const { whole, streamed, read } = readBy(
      anthropicMessages,
      replyOf(openAiResponses, spoken?.body),
    );

    expect(asObject(asSent(whole.value))['content']).toEqual([
      { type: 'mcp_tool_use', id: 'mcp_1', name: 'echo', server_name: 's', input: { a: 1 } },
      {
        type: 'mcp_tool_result',
        tool_use_id: 'mcp_1',
        is_error: false,
        content: [{ type: 'text', text: '1' }],
      },
      { type: 'text', text: 'It said 1.' },
    ]);
    expect(turnsIn(streamed)).toEqual(turnsIn(read));
    // The listing of a server's tools is the one thing that Claude's clients aren't shown.
    expect(told(whole.losses)).toEqual(['serverToolTurn choices[0].content[0] hint']);
  });

  it('is shown to clients of Responses as one item each, whole and streamed', () => {
    const { whole, streamed, read, events } = readBy(
      openAiResponses,
      replyOf(anthropicMessages, claude),
    );

    const call = { type: 'mcp_call', server_label: 's', approval_request_id: null };
    const content = [{ type: 'text', text: 'no' }];
    expect(whole.losses).toEqual([]);
    expect(asObject(asSent(whole.value))['output']).toMatchObject([
      { ...call, name: 'a', arguments: '{"q":1}', status: 'completed', output: '', error: null },
      { ...call, name: 'b', status: 'failed', output: null, error: { content } },
      { type: 'message', content: [{ text: 'So.' }] },
    ]);
    expect(turnsIn(streamed)).toEqual(turnsIn(read));
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining([
        'response.mcp_call.in_progress',
        'response.mcp_call_arguments.delta',
        'response.mcp_call_arguments.done',
        'response.mcp_call.completed',
        'response.mcp_call.failed',
      ]),
    );
  });

  it('is told as it stands where it was cut off: a call without its result', () => {
    const reply = replyOf(anthropicMessages, { ...claude, content: claude.content.slice(0, 1) });
    const { whole } = readBy(openAiResponses, reply);

    expect(asObject(asSent(whole.value))['output']).toMatchObject([
      { type: 'mcp_call', status: 'incomplete', output: null },
    ]);
  });

  it.each([
    [anthropicMessages, 'openai-responses'],
    [openAiResponses, 'anthropic-messages'],
  ] as const)('says the same in a stream as in a whole reply, to %#', (face, dialect) => {
    const words = {
      parts: [arbitrary.textPart, arbitrary.mcpTurn(dialect)],
      stops: [{ stopReason: 'stop' as const }],
      maxChoices: 1,
      usage: fc.constant({ input: {}, output: {}, provenance: 'provider' as const }),
    };
    fc.assert(
      fc.property(arbitrary.arbitraryReply(words), (reply) => {
        const { streamed, read } = readBy(face, reply);
        expect(turnsIn(streamed)).toEqual(turnsIn(read));
      }),
    );
  });
});
