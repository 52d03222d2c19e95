import { ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { describe, expect, it, vi } from 'vitest';
import type { Destination } from '../destination.ts';
import { resolveReferences } from './item-references.ts';
import type { KeptResponse, KeptResponses } from './kept-responses.ts';

const destination: Destination = {
  provider: {
    name: 'p',
    dialects: ['openai-chat'],
    baseUrl: {},
    auth: 'none',
    keyVariables: [],
    quirks: {},
    models: [],
    modelPrefixes: [],
    apiKey: undefined,
    transport: 'http',
  },
  model: 'm',
  asked: 'm',
};

const item = (id: string) => ({ id, type: 'message', role: 'assistant', content: id });
const reference = (id: string) => ({ type: 'item_reference', id });

/** One response that holds these items. */
function holding(...ids: readonly string[]) {
  const response: KeptResponse = {
    at: 'here',
    provider: 'p',
    model: 'm',
    response: { id: 'resp_1', output: ids.map(item) },
    input: [],
  };
  const find = vi.fn(async (): Promise<Result<KeptResponse, GatewayError>> => ok(response));
  const kept: KeptResponses = {
    find,
    keep: async () => 'kept',
    forget: async () => ok(undefined),
    holderOf: async (_owner, id) => ok(ids.includes(id) ? 'resp_1' : undefined),
  };
  return { kept, find };
}

describe('resolveReferences', () => {
  it('reads a response once for all of its items', async () => {
    const { kept, find } = holding('a', 'b', 'c');
    const input = ['a', 'b', 'c'].map(reference);

    const resolved = await resolveReferences(kept, 'owner', { input, destination });

    expect(resolved).toEqual({
      ok: true,
      value: { input: ['a', 'b', 'c'].map(item), isChanged: true },
    });
    expect(find).toHaveBeenCalledOnce();
  });

  it('refuses an item that is named twice: a small request would become an endless one', async () => {
    const { kept } = holding('a');
    const input = [reference('a'), { role: 'user', content: 'Hi' }, reference('a')];

    expect(await resolveReferences(kept, 'owner', { input, destination })).toMatchObject({
      ok: false,
      error: {
        kind: 'invalid_request',
        path: 'input[2].id',
        detail: expect.stringContaining('Duplicate item found with id a.'),
      },
    });
  });
});
