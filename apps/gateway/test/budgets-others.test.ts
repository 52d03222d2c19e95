import { chatResponse, createHarness, type Harness, json } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { makeScene, type Scene, send } from './support/directory-scene.ts';
import { explainedTo } from './support/explained-budgets.ts';

/*
 * What a budget stands at tells what others spent: a key of one team reads nothing of another, nor one of
 * a team what the rest of it spent.
 */

const model = 'openai/gpt-4o';

const ask = (harness: Harness, key: string) =>
  send(harness, key, {
    method: 'POST',
    path: '/v1/chat/completions',
    body: { model, messages: [{ role: 'user', content: 'Hi' }] },
  });

const SCOPES: { readonly [kind: string]: (scene: Scene) => string } = {
  team: ({ team }) => team,
  organisation: ({ organisation }) => organisation,
  model: () => 'openai/*',
};

async function usedUp(harness: Harness, kind: string): Promise<Scene> {
  const scene = await makeScene(harness);
  const scope = { kind, id: SCOPES[kind]?.(scene) ?? '' };
  const made = await send(harness, harness.keys.admin, {
    method: 'POST',
    path: '/admin/v1/budgets',
    body: { scope, budget: '1 requests/day' },
  });
  expect(made.status).toBe(201);
  // A budget is seen within half a second of its making.
  await expect
    .poll(async () => (await explainedTo(harness, scene.plaintext, { model })).length)
    .toBe(2);
  harness.openai.mockChatCompletion(json(chatResponse('Hello!', { model: 'gpt-4o' })));
  const first = await ask(harness, scene.plaintext);
  expect(first.status).toBe(200);
  await harness.settled(first.headers.get('x-tollgate-call') ?? '');
  return scene;
}

describe.each(Object.keys(SCOPES))('a budget of a %s that is used up', (kind) => {
  it('names itself and its limit, and tells no member what was spent', async () => {
    await using harness = await createHarness(createApp);
    const scene = await usedUp(harness, kind);

    const refused = await ask(harness, scene.plaintext);

    expect(refused.status).toBe(429);
    const text = JSON.stringify(refused.body);
    expect(text).toContain('(1 requests/day, of the ');
    expect(text).toContain('to its limit of 1 requests, and this call needs about 1');
    expect(text).toContain('It resets at ');
    expect(text).not.toMatch(/spent|reserved|left/);
  });

  it('is explained to a member without what was spent, and whole to administrators', async () => {
    await using harness = await createHarness(createApp);
    const scene = await usedUp(harness, kind);

    const [toMember, own] = await explainedTo(harness, scene.plaintext, { model });
    const [toAdmin] = await explainedTo(harness, harness.keys.admin, { of: scene.key, model });

    expect(toMember).toMatchObject({ limit: '1', hasRoom: false, lacks: 'room' });
    expect(toMember).not.toHaveProperty('spent');
    expect(toMember).not.toHaveProperty('left');
    expect(own).toMatchObject({ scope: { kind: 'key' }, spent: '1', left: '8999', hasRoom: true });
    expect(toAdmin).toMatchObject({ spent: '1', left: '0', hasRoom: false });
  });
});

describe('a budget of a team that has little left', () => {
  it('has the same room in explanations to a member, whatever sizes it asks about', async () => {
    await using harness = await createHarness(createApp);
    const scene = await makeScene(harness);
    const body = { scope: { kind: 'team', id: scene.team }, budget: '50000 tokens/day' };
    await send(harness, harness.keys.admin, { method: 'POST', path: '/admin/v1/budgets', body });
    const room = async (key: string, asked: object) =>
      (await explainedTo(harness, key, { model, ...asked }))
        .filter(({ scope }) => scope.kind === 'team')
        .map(({ hasRoom }) => hasRoom);
    await expect.poll(() => room(scene.plaintext, {})).toEqual([true]);

    const large = { inputTokens: 40_000, outputTokens: 40_000, maxOutputTokens: 90_000 };

    expect(await room(scene.plaintext, large)).toEqual([true]);
    expect(await room(harness.keys.admin, { of: scene.key, ...large })).toEqual([false]);
  });
});

describe('the list of budgets', () => {
  it('says by how much each may be passed: hard ones and requests by nothing', async () => {
    await using harness = await createHarness(createApp);
    for (const budget of ['5 requests/day', '5 USD/day hard', '5 USD/day']) {
      const scope = { kind: 'model', id: 'openai/*' };
      const body = { scope, budget };
      await send(harness, harness.keys.admin, { method: 'POST', path: '/admin/v1/budgets', body });
    }
    const list = async () => {
      const path = '/admin/v1/budgets';
      const { body } = await send(harness, harness.keys.admin, { method: 'GET', path });
      return JSON.stringify(body);
    };

    await expect
      .poll(async () => {
        await explainedTo(harness, harness.keys.admin, { model });
        return list();
      })
      .toMatch(/"budget":"5 requests\/day","mayPassBy":"0".*"5 USD\/day hard","mayPassBy":"0"/);
    expect(await list()).toMatch(/"budget":"5 USD\/day"\}/);
  });
});
