import { reset } from '../replies/faults.ts';
import { json, type ReceivedRequest, type Reply } from '../replies/reply.ts';
import { TEST_TOKEN, TEST_ZION_API_KEY } from '../test-data.ts';
import { checkJsonBody } from './check-body.ts';
import type { Expectation } from './expectation.ts';
import { type Fault, MockServer } from './mock-server.ts';
import {
  defaultProfile,
  defaultTierConfig,
  exhausted,
  freeTier,
  type ZionLimit,
  type ZionProfile,
  type ZionTierConfig,
} from './zion-data.ts';
import { BatchIncrementRequest, Increment } from './zion-wire.ts';

export const ZION_PROFILE = 'GET /api/v1/users/me';
export const ZION_TIERS = 'GET /api/v1/tiers/config';
export const ZION_LIMITS = 'GET /api/v1/limits/external/{externalId}';
export const ZION_BATCH = 'POST /api/v1/usage/external/batch-increment';
export const ZION_INCREMENT = 'POST /api/v1/usage/external/increment';

export interface MockZionOptions {
  readonly apiKey?: string;
  /**
   * On unless false: known tokens get their profile and all others 401, limits are 404, the tier
   * configuration is the default one and batches are applied, all without a script.
   */
  readonly permissive?: boolean;
}

/** One batch as it came, whether or not it was applied. */
export interface BatchIncrement {
  readonly idempotencyKey: string;
  readonly increments: readonly Increment[];
  readonly request: ReceivedRequest;
}

export interface IncrementSum {
  readonly aiInputTokens: number;
  readonly aiOutputTokens: number;
  readonly aiRequests: number;
}

/**
 * Zion, scripted. Keeps account as Zion does: a batch that comes again under its Idempotency-Key is
 * answered again and counted once; the same key with another body is a violation.
 */
export class MockZion extends MockServer {
  readonly #apiKey: string;
  readonly #users = new Map<string, ZionProfile>([[TEST_TOKEN, defaultProfile()]]);
  readonly #bodyByKey = new Map<string, string>();
  readonly #answerByKey = new Map<string, object>();
  readonly #applied: Increment[] = [];

  static async start(options: MockZionOptions = {}): Promise<MockZion> {
    return await new MockZion(options).listen();
  }

  private constructor({ apiKey = TEST_ZION_API_KEY, permissive = true }: MockZionOptions) {
    super('Zion');
    this.#apiKey = apiKey;
    const fallback = (reply: Reply): { fallback?: Reply } =>
      permissive ? { fallback: reply } : {};
    const admit = (request: ReceivedRequest): Fault | undefined => this.admitAny(request);
    const check = (): undefined => undefined;
    this.addEndpoint({
      name: ZION_PROFILE,
      admit: admitUser,
      check,
      ...fallback((writer) => this.#profileOf(writer.request)(writer)),
    });
    this.addEndpoint({ name: ZION_TIERS, admit, check, ...fallback(data(defaultTierConfig())) });
    this.addEndpoint({ name: ZION_LIMITS, admit, check, ...fallback(LIMITS_NOT_FOUND) });
    this.addEndpoint({
      name: ZION_INCREMENT,
      admit,
      check: (request) => checkJsonBody(Increment, request),
    });
    this.addEndpoint({
      name: ZION_BATCH,
      admit,
      check: (request) => checkJsonBody(BatchIncrementRequest, request) ?? this.#checkKey(request),
      ...fallback(this.#applying(() => false)),
    });
  }

  get apiKey(): string {
    return this.#apiKey;
  }

  /** From now on this token is this user's. */
  addUser(token: string, profile: ZionProfile): void {
    this.#users.set(token, profile);
  }

  mockGetUserProfileSuccess(profile: ZionProfile = defaultProfile()): Expectation {
    return this.#script(ZION_PROFILE, 'profile', data(profile));
  }

  mockGetUserProfileUnauthorized(): Expectation {
    return this.#script(ZION_PROFILE, 'profile, unauthorized', UNAUTHORIZED);
  }

  mockGetUserProfileServerError(): Expectation {
    return this.#script(ZION_PROFILE, 'profile, server error', SERVER_ERROR);
  }

  mockTierConfigSuccess(): Expectation {
    return this.mockTierConfigSuccessWith(defaultTierConfig());
  }

  mockTierConfigSuccessWith(config: ZionTierConfig): Expectation {
    return this.#script(ZION_TIERS, 'tier configuration', data(config));
  }

  mockTierConfigServerError(): Expectation {
    return this.#script(ZION_TIERS, 'tier configuration, server error', SERVER_ERROR);
  }

  mockGetLimitsSuccess(externalId: string, limits: readonly ZionLimit[]): Expectation {
    return this.expect(ZION_LIMITS, {
      title: `limits of ${externalId}`,
      reply: data({ userId: defaultProfile().id, externalId, limits }),
      accepts: (request) =>
        request.path.endsWith(`/${encodeURIComponent(externalId)}`)
          ? undefined
          : `the limits of ${externalId} were scripted`,
    });
  }

  mockGetLimitsNotFound(): Expectation {
    return this.#script(ZION_LIMITS, 'limits, not found', LIMITS_NOT_FOUND);
  }

  mockGetLimitsUnauthorized(): Expectation {
    return this.#script(ZION_LIMITS, 'limits, unauthorized', UNAUTHORIZED);
  }

  mockGetLimitsServerError(): Expectation {
    return this.#script(ZION_LIMITS, 'limits, server error', SERVER_ERROR);
  }

  /** Without numbers, the truth: every item with its result. With them, the origin's bare answer. */
  mockBatchIncrementSuccess(processed?: number, failed = 0): Expectation {
    const bare = processed === undefined ? {} : { bare: { processed, failed } };
    return this.#script(
      ZION_BATCH,
      'batch',
      this.#applying(() => false, bare),
    );
  }

  /** Results by position; the items of these users fail. */
  mockBatchIncrementPartialFailure(emails: readonly string[]): Expectation {
    const reply = this.#applying((increment) => emails.includes(increment.email));
    return this.#script(ZION_BATCH, 'batch, failing in part', reply);
  }

  /** Results by position; the items at these positions fail. */
  mockBatchIncrementFailingAt(positions: readonly number[]): Expectation {
    const reply = this.#applying((_, index) => positions.includes(index));
    return this.#script(ZION_BATCH, 'batch, failing in part', reply);
  }

  mockBatchIncrementServerError(): Expectation {
    return this.#script(ZION_BATCH, 'batch, server error', SERVER_ERROR);
  }

  /** Applied, but the answer is lost on the way: what an Idempotency-Key is for. */
  mockBatchIncrementLostReply(): Expectation {
    return this.#script(ZION_BATCH, 'batch, answer lost', (writer) => {
      this.#apply(writer.request, () => false);
      return reset()(writer);
    });
  }

  /** Any reply at all; the batch is not applied. */
  mockBatchIncrement(reply: Reply): Expectation {
    return this.#script(ZION_BATCH, 'batch', reply);
  }

  mockIncrementUsageSuccess(limit: ZionLimit = freeTier()): Expectation {
    return this.#script(ZION_INCREMENT, 'increment', data(incrementAnswer(true, limit)));
  }

  mockIncrementUsageLimitExceeded(): Expectation {
    const answer = incrementAnswer(false, exhausted());
    return this.#script(ZION_INCREMENT, 'increment, limit exceeded', data(answer));
  }

  mockIncrementUsageNotFound(): Expectation {
    return this.#script(ZION_INCREMENT, 'increment, not found', LIMITS_NOT_FOUND);
  }

  mockIncrementUsageUnauthorized(): Expectation {
    return this.#script(ZION_INCREMENT, 'increment, unauthorized', UNAUTHORIZED);
  }

  mockIncrementUsageServerError(): Expectation {
    return this.#script(ZION_INCREMENT, 'increment, server error', SERVER_ERROR);
  }

  /** Every batch that came, refused and repeated ones too. Malformed ones have no increments. */
  batchIncrementRequests(): readonly BatchIncrement[] {
    return this.receivedRequests(ZION_BATCH).map((request) => ({
      idempotencyKey: keyOf(request),
      increments: incrementsOf(request),
      request,
    }));
  }

  /** Waits for this many batch calls. Throws when they haven't come by the deadline. */
  async waitForBatchIncrements(count = 1, deadlineMs = 3_000): Promise<readonly BatchIncrement[]> {
    await this.waitForRequests(count, { endpoint: ZION_BATCH, deadlineMs });
    return this.batchIncrementRequests();
  }

  /** Waits until the applied increments count this many `aiRequests`, in however many batches. */
  async waitForAiRequests(count: number, deadlineMs = 3_000): Promise<IncrementSum> {
    await this.waitUntil(
      () => this.sumIncrements().aiRequests >= count,
      deadlineMs,
      () => `Zion counts ${this.sumIncrements().aiRequests} of ${count} requests`,
    );
    return this.sumIncrements();
  }

  /** What Zion has applied, each batch once; absent counts are 0. */
  sumIncrements(only: { readonly email?: string; readonly model?: string } = {}): IncrementSum {
    return sumIncrements(
      this.#applied.filter(
        (one) =>
          (only.email === undefined || one.email === only.email) &&
          (only.model === undefined || one.model === only.model),
      ),
    );
  }

  protected admitAny(request: ReceivedRequest): Fault | undefined {
    return request.headers['x-api-key'] === this.#apiKey
      ? undefined
      : { status: 401, reason: 'x-api-key is not the expected key' };
  }

  protected refuse({ status, reason }: Fault): Reply {
    if (status === 401) return UNAUTHORIZED;
    return failure(status, 'BAD_REQUEST', reason);
  }

  #script(endpoint: string, title: string, reply: Reply): Expectation {
    return this.expect(endpoint, { title, reply });
  }

  #profileOf(request: ReceivedRequest): Reply {
    const token = (request.headers.authorization ?? '').slice('Bearer '.length);
    const profile = this.#users.get(token);
    return profile === undefined ? UNAUTHORIZED : data(profile);
  }

  #checkKey(request: ReceivedRequest): Fault | undefined {
    const key = keyOf(request);
    if (key === '' || key.length > 255) {
      return { status: 400, reason: 'Idempotency-Key is missing or longer than 255 characters' };
    }
    const first = this.#bodyByKey.get(key);
    if (first !== undefined && first !== request.text) {
      return { status: 409, reason: 'Idempotency-Key was used before, with another body' };
    }
    this.#bodyByKey.set(key, request.text);
    return undefined;
  }

  #applying(
    fails: (increment: Increment, index: number) => boolean,
    { bare }: { readonly bare?: { readonly processed: number; readonly failed: number } } = {},
  ): Reply {
    return (writer) => {
      const answer = this.#apply(writer.request, fails);
      return data(bare === undefined ? answer : { ...bare, results: [] })(writer);
    };
  }

  #apply(
    request: ReceivedRequest,
    fails: (increment: Increment, index: number) => boolean,
  ): object {
    const key = keyOf(request);
    const earlier = this.#answerByKey.get(key);
    if (earlier !== undefined) return earlier;
    const increments = incrementsOf(request);
    const applied = increments.filter((increment, index) => !fails(increment, index));
    this.#applied.push(...applied);
    const answer = {
      processed: applied.length,
      failed: increments.length - applied.length,
      results: increments.map((increment, index) =>
        fails(increment, index) ? failedResult(increment) : appliedResult(increment),
      ),
    };
    this.#answerByKey.set(key, answer);
    return answer;
  }
}

const data = (value: unknown): Reply => json({ success: true, data: value });
const failure = (status: number, code: string, message: string): Reply =>
  json({ success: false, error: { code, message } }, { status });

const UNAUTHORIZED = failure(401, 'UNAUTHORIZED', 'Invalid or missing credentials');
const SERVER_ERROR = failure(500, 'INTERNAL_ERROR', 'Internal server error');
const LIMITS_NOT_FOUND = failure(404, 'NOT_FOUND', 'User not found');

/** The user's token, and nothing of the service's own. */
function admitUser(request: ReceivedRequest): Fault | undefined {
  if (request.headers['x-api-key'] !== undefined) {
    return { status: 400, reason: 'the profile call carries the service key' };
  }
  return /^Bearer \S+$/.test(request.headers.authorization ?? '')
    ? undefined
    : { status: 401, reason: 'the profile call carries no bearer token' };
}

function keyOf(request: ReceivedRequest): string {
  return String(request.headers['idempotency-key'] ?? '');
}

function incrementsOf(request: ReceivedRequest): readonly Increment[] {
  const parsed = BatchIncrementRequest.safeParse(request.body);
  return parsed.success ? parsed.data.increments : [];
}

/** Absent counts are 0. */
export function sumIncrements(increments: readonly Increment[]): IncrementSum {
  const sum = (field: keyof IncrementSum): number =>
    increments.reduce((total, increment) => total + (increment[field] ?? 0), 0);
  return {
    aiInputTokens: sum('aiInputTokens'),
    aiOutputTokens: sum('aiOutputTokens'),
    aiRequests: sum('aiRequests'),
  };
}

function appliedResult({ email, aiInputTokens, aiOutputTokens, aiRequests }: Increment): object {
  const counted = { aiInputTokens, aiOutputTokens, aiRequests };
  const counts = Object.entries(counted).flatMap(([field, value]) =>
    value === undefined ? [] : [[field, { newValue: value, limit: 1_000_000 }]],
  );
  return { email, limitName: 'ai_usage', success: true, ...Object.fromEntries(counts) };
}

function failedResult({ email }: Increment): object {
  return { email, success: false, error: 'User not found' };
}

function incrementAnswer(canUse: boolean, limit: ZionLimit): object {
  const { aiInputTokens, aiOutputTokens, aiRequests } = limit;
  return { canUse, aiInputTokens, aiOutputTokens, aiRequests };
}
