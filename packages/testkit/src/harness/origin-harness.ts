import type { CreateApp } from '../app-factory.ts';
import type { BatchIncrement } from '../mocks/mock-zion.ts';
import { sumIncrements } from '../mocks/mock-zion.ts';
import { BatchIncrementRequest, type Increment } from '../mocks/zion-wire.ts';
import { createHarness, type Harness, type HarnessOptions, type TestAgent } from './harness.ts';

/**
 * The origin's harness under its own names, for suites that come from there: Zion's governance, the
 * predecessor's environment, one OpenAI.
 */
export class TokenTrackingTestHarness implements AsyncDisposable {
  readonly harness: Harness;

  static async create(
    createApp: CreateApp,
    options: HarnessOptions = {},
  ): Promise<TokenTrackingTestHarness> {
    return new TokenTrackingTestHarness(
      await createHarness(createApp, { governance: 'zion', ...options }),
    );
  }

  protected constructor(harness: Harness) {
    this.harness = harness;
  }

  /** Supertest without a token, as the origin's test server was. */
  get server(): TestAgent {
    return this.harness.request();
  }

  get openai(): Harness['openai'] {
    return this.harness.openai;
  }

  get zion(): Harness['zion'] {
    return this.harness.zion;
  }

  /** Has the app report what it recorded, then gives the batches, at least `count` of them. */
  async waitForBatchRequests(
    count: number,
    deadlineMs = 3_000,
  ): Promise<readonly BatchIncrement[]> {
    await this.harness.app.flush();
    return await this.zion.waitForBatchIncrements(count, deadlineMs);
  }

  /** The `increments` of a captured batch body. Throws when it is none. */
  parseIncrements(body: unknown): readonly Increment[] {
    return BatchIncrementRequest.parse(body).increments;
  }

  /** `[aiInputTokens, aiOutputTokens, aiRequests]`, missing ones 0. */
  extractTokenCounts(increment: Increment): readonly [number, number, number] {
    const { aiInputTokens, aiOutputTokens, aiRequests } = sumIncrements([increment]);
    return [aiInputTokens, aiOutputTokens, aiRequests];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.harness[Symbol.asyncDispose]();
  }
}

/** The same, with `SENTINEL_DEBUG` on or off. */
export class DebugTestHarness extends TokenTrackingTestHarness {
  static async withDebug(createApp: CreateApp, isEnabled: boolean): Promise<DebugTestHarness> {
    const env = isEnabled ? { SENTINEL_DEBUG: 'true' } : {};
    return new DebugTestHarness(
      await createHarness(createApp, { governance: 'zion', settings: { env } }),
    );
  }
}
