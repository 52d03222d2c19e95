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
