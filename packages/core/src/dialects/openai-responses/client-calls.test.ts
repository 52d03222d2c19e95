import { describe, expect, it } from 'vitest';
import { collect } from '../../chat/collect.ts';
import type { ChatReply } from '../../chat/reply.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Quirks } from '../../providers/quirks.ts';
import { decodeReply, encodeReply } from './reply.ts';
import { createStreamDecoder } from './stream.ts';

const targetWith = (quirks: Quirks) => ({
  provider: 'p',
  model: 'm',
  ability: {},
  quirks,
  origin: { provider: 'p' },
});

const responseOf = (item: JsonObject): JsonObject => ({
  id: 'r',
  status: 'completed',
  output: [item],
});

function read(item: JsonObject, quirks: Quirks = {}): ChatReply {
  const reply = decodeReply(responseOf(item), targetWith(quirks));
  if (!reply.ok) throw new Error(JSON.stringify(reply.error));
  return reply.value;
}

function readStreamed(begun: JsonObject, done: JsonObject): ChatReply {
  const decoder = createStreamDecoder(targetWith({}));
  const events = [
    { type: 'response.output_item.added', output_index: 0, item: begun },
    { type: 'response.output_item.done', output_index: 0, item: done },
    { type: 'response.completed', response: responseOf(done) },
  ].flatMap((event) => decoder.push({ data: JSON.stringify(event) }));
  const reply = collect([...events, ...decoder.end()]);
  if (!reply.ok) throw new Error(JSON.stringify(reply.error));
  return reply.value;
}

const SHELL = { type: 'shell_call', id: 's', call_id: 'c', action: { commands: ['ls'] } };
const CUSTOM = {
  type: 'custom_tool_call',
  id: 't',
  call_id: 'c',
  name: 'sql',
  input: 'SELECT "é"',
};

describe('a call that waits for its client', () => {
  it.each<[string, JsonObject, string, JsonObject]>([
    ['a custom tool', CUSTOM, 'sql', { input: 'SELECT "é"' }],
    ['a shell of the client', SHELL, 'shell', { action: { commands: ['ls'] } }],
    [
      'a patch',
      { type: 'apply_patch_call', call_id: 'c', operation: { type: 'delete_file', path: 'a' } },
      'apply_patch',
      { operation: { type: 'delete_file', path: 'a' } },
    ],
    [
      'a search among the client’s tools',
      { type: 'tool_search_call', call_id: 'c', execution: 'client', arguments: { goal: 'g' } },
      'tool_search',
      { arguments: { goal: 'g' } },
    ],
  ])('is a tool call for every face: %s', (_name, item, name, input) => {
    const [choice] = read(item).choices;

    expect(choice?.stopReason).toBe('tool-calls');
    expect(choice?.content).toEqual([
      expect.objectContaining({
        type: 'tool-call',
        id: 'c',
        name,
        argumentsJson: JSON.stringify(input),
      }),
    ]);
  });

  it.each<[string, JsonObject, Quirks]>([
    ['a shell in the provider’s container', { ...SHELL, environment: { type: 'container' } }, {}],
    ['a search that the provider ran', { type: 'tool_search_call', execution: 'server' }, {}],
    ['a custom tool that is the provider’s own', CUSTOM, { runsCustomTools: true }],
    ['a web search', { type: 'web_search_call', id: 'w' }, {}],
  ])('is not %s', (_name, item, quirks) => {
    const [choice] = read(item, quirks).choices;

    expect(choice?.stopReason).toBe('stop');
    expect(choice?.content.map(({ type }) => type)).not.toContain('tool-call');
  });

  it('is the same in a stream, where only its end knows what it asks for', () => {
    const begun = { ...CUSTOM, call_id: 'early', input: '' };

    expect(readStreamed(begun, CUSTOM).choices).toEqual(read(CUSTOM).choices);
  });

  it('stands in a response as it came', () => {
    const answering = { replyId: 'a', created: 1, model: 'm', includeUsage: true };

    expect(encodeReply(read(SHELL), answering).value['output']).toEqual([SHELL]);
  });
});
