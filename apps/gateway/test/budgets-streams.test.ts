import { describe, expect, it } from 'vitest';
import { countingGateways, MODEL } from './support/counting-gateway.ts';
import { ask, FACES } from './support/four-faces.ts';

const { gateway } = countingGateways();

/** How each face's stream says why it ends. */
const ERRORS = {
  openai: '"code":"budget_exceeded"',
  responses: '"response.failed"',
  anthropic: '"type":"rate_limit_error"',
  gemini: '"status":"RESOURCE_EXHAUSTED"',
} as const;

describe.each(FACES)('a stream on the %s face', (face) => {
  it('that outgrows its budget ends with an error that names it', async () => {
    const { harness, provider } = await gateway({
      words: 4_000,
      budgets: ['1000 output tokens/day'],
    });

    const { status, text, callId } = await ask(harness, face, { model: MODEL, stream: true });

    expect(status).toBe(200);
    expect(text).toContain(ERRORS[face]);
    expect(text).toContain('ran out while this call was answered');
    const event = await harness.settled(callId);
    expect(event).toMatchObject({ status: 'failed', errorKind: 'budget_exceeded' });
    expect(event.outputTokens).toBeGreaterThan(400);
    // What had come when it was ended: a piece of the network's own size.
    expect(event.outputTokens).toBeLessThan(2_000);
    expect(provider.calls[0]?.isWhole).toBe(false);
  });

  it('extends what it holds while there is room', async () => {
    const { harness } = await gateway({ words: 1_500, budgets: ['10000 output tokens/day'] });

    const { text, callId } = await ask(harness, face, { model: MODEL, stream: true });

    expect(text).not.toContain('budget');
    expect(await harness.settled(callId)).toMatchObject({ status: 'ok', outputTokens: 1_500 });
  });

  it('goes on to its end under a budget that lets running calls finish', async () => {
    const { harness } = await gateway({
      words: 3_000,
      budgets: ['1000 output tokens/day finish-running'],
    });

    const first = await ask(harness, face, { model: MODEL, stream: true });
    expect(await harness.settled(first.callId)).toMatchObject({
      status: 'ok',
      outputTokens: 3_000,
    });

    const second = await ask(harness, face, { model: MODEL, stream: true });
    expect(second.status).toBe(429);
  });
});

describe.each(FACES)('a whole answer on the %s face', (face) => {
  it('is gathered from a stream, and told as if it were none', async () => {
    const { harness, provider } = await gateway({ words: 50, budgets: ['10000 tokens/day'] });

    const { status, text, callId } = await ask(harness, face, { model: MODEL, stream: false });

    expect(status).toBe(200);
    expect(JSON.stringify(JSON.parse(text))).toContain('word '.repeat(50));
    expect(await harness.settled(callId)).toMatchObject({
      status: 'ok',
      outputTokens: 50,
      provenance: 'provider',
    });
    expect(provider.calls[0]).toMatchObject({ isWhole: true });
  });

  it('that outgrows its budget is ended while it is written', async () => {
    const { harness, provider } = await gateway({
      words: 8_000,
      budgets: ['1000 output tokens/day'],
    });

    const { status, text, callId } = await ask(harness, face, { model: MODEL, stream: false });

    expect(status).toBe(429);
    expect(text).toContain('ran out while this call was answered');
    const event = await harness.settled(callId);
    expect(event).toMatchObject({ errorKind: 'budget_exceeded', provenance: 'interrupted' });
    expect(event.outputTokens).toBeGreaterThan(400);
    expect(provider.calls[0]?.isWhole).toBe(false);
  });
});
