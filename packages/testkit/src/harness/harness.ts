import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import supertest from 'supertest';
import type { App, AppClock, CreateApp, RecordedUsage } from '../app-factory.ts';
import { realClock } from '../clock/real-clock.ts';
import { withDeadline } from '../deadline.ts';
import { MockAnthropic } from '../mocks/mock-anthropic.ts';
import { MockOpenAi } from '../mocks/mock-openai.ts';
import { MockZion } from '../mocks/mock-zion.ts';
import { type DisposableServer, listenOnLoopback } from '../server/start-server.ts';
import { TEST_EMAIL, TEST_MEMBER_KEY, TEST_TOKEN } from '../test-data.ts';
import {
  baseSettings,
  type GovernanceKind,
  type Mocks,
  mergeSettings,
  type Settings,
} from './app-settings.ts';

export interface HarnessOptions {
  /** Who decides about callers: the app's own keys (the default), or the mock of Zion. */
  readonly governance?: GovernanceKind;
  /** On top of the base settings (see `baseSettings`); a function gets the mocks for their URLs. */
  readonly settings?: Settings | ((mocks: Mocks) => Settings);
  /** Real time unless given; a `VirtualClock` moves only when told. */
  readonly clock?: AppClock;
  /** Whether Zion answers without scripts. On unless false. */
  readonly permissiveZion?: boolean;
  /** How long the app may take to close; 10 s unless given. */
  readonly closeDeadlineMs?: number;
}

export type LogLine = { readonly [field: string]: unknown };
export type TestAgent = ReturnType<typeof supertest.agent>;

/** Starts the mocks and, against them, the app, all on loopback. `await using` checks and ends it all. */
export async function createHarness(
  createApp: CreateApp,
  options: HarnessOptions = {},
): Promise<Harness> {
  const [openai, anthropic, zion, dataDir] = await Promise.all([
    MockOpenAi.start(),
    MockAnthropic.start(),
    MockZion.start({ permissive: options.permissiveZion ?? true }),
    // The blank finds paths that were put together without quoting.
    mkdtemp(join(tmpdir(), 'tollgate test ')),
  ]);
  const harness = new Harness(createApp, options, { mocks: { openai, anthropic, zion }, dataDir });
  try {
    await harness.start();
  } catch (error) {
    await harness.discard();
    throw error;
  }
  return harness;
}

export class Harness implements AsyncDisposable {
  readonly openai: MockOpenAi;
  readonly anthropic: MockAnthropic;
  readonly zion: MockZion;
  readonly clock: AppClock;
  /** Removed at the end; its path has a blank in it. */
  readonly dataDir: string;
  /** Every line that the app has logged, oldest first, over restarts too. */
  readonly logs: LogLine[] = [];
  readonly #createApp: CreateApp;
  readonly #governance: GovernanceKind;
  readonly #settings: Settings;
  readonly #secrets: Set<string>;
  readonly #closeDeadlineMs: number;
  #running: { readonly app: App; readonly server: DisposableServer } | undefined;

  constructor(
    createApp: CreateApp,
    options: HarnessOptions,
    parts: { readonly mocks: Mocks; readonly dataDir: string },
  ) {
    const { mocks, dataDir } = parts;
    this.openai = mocks.openai;
    this.anthropic = mocks.anthropic;
    this.zion = mocks.zion;
    this.dataDir = dataDir;
    this.clock = options.clock ?? realClock();
    this.#createApp = createApp;
    this.#closeDeadlineMs = options.closeDeadlineMs ?? 10_000;
    this.#governance = options.governance ?? 'local';
    const changes =
      typeof options.settings === 'function' ? options.settings(mocks) : (options.settings ?? {});
    this.#settings = mergeSettings(baseSettings(this.#governance, mocks, dataDir), changes);
    const providerKeys = [mocks.openai.apiKey, mocks.anthropic.apiKey, mocks.zion.apiKey];
    this.#secrets = new Set([...providerKeys, TEST_TOKEN, TEST_MEMBER_KEY, TEST_EMAIL]);
    for (const mock of [mocks.openai, mocks.anthropic]) {
      for (const secret of [TEST_TOKEN, TEST_MEMBER_KEY, TEST_EMAIL]) mock.forbid(secret);
    }
  }

  /** Used by `createHarness` and `restart`. */
  async start(): Promise<void> {
    const app = await this.#createApp({
      config: this.#settings.config,
      env: this.#settings.env ?? {},
      clock: this.clock,
      onLog: (line) => void this.logs.push(line),
    });
    this.#running = { app, server: await listenOnLoopback(app.server) };
    this.addSecret(app.adminKey);
  }

  /** `http://127.0.0.1:PORT` of the app; another one after a restart. */
  get url(): string {
    return this.#current.server.url;
  }

  get app(): App {
    return this.#current.app;
  }

  /** What callers may use: `member` is a local key, or Zion's user's token under Zion. */
  get keys(): { readonly admin: string; readonly member: string } {
    return {
      admin: this.app.adminKey,
      member: this.#governance === 'zion' ? TEST_TOKEN : TEST_MEMBER_KEY,
    };
  }

  /** Connections to the app that are open now. */
  openConnections(): number {
    return this.#current.server.openConnections();
  }

  /** Supertest on the running app, without a key. */
  request(): TestAgent {
    return supertest.agent(this.url);
  }

  /** Supertest on the running app, each request as the member or with the given key or token. */
  withToken(token: string = this.keys.member): TestAgent {
    const agent = this.request();
    agent.set('authorization', `Bearer ${token}`);
    return agent;
  }

  withAdmin(): TestAgent {
    return this.withToken(this.keys.admin);
  }

  /** Every usage event, oldest first, after all of them were made durable. */
  async usage(): Promise<readonly RecordedUsage[]> {
    await this.app.flush();
    return await this.app.usage();
  }

  /** The usage of one call, by its `x-tollgate-call`, as soon as it is there; also after an abort. */
  async settled(callId: string, deadlineMs = 5_000): Promise<RecordedUsage> {
    const [found] = await this.#usageWhere((one) => one.callId === callId, 1, {
      deadlineMs,
      what: `call ${callId}`,
    });
    if (found === undefined) throw new Error('a settled call has usage');
    return found;
  }

  /** As soon as there are this many usage events; for calls whose id the client never saw. */
  async waitForUsage(count: number, deadlineMs = 5_000): Promise<readonly RecordedUsage[]> {
    return await this.#usageWhere(() => true, count, { deadlineMs, what: `${count} calls` });
  }

  /** From now on this text may not appear in a log line. */
  addSecret(secret: string): void {
    this.#secrets.add(secret);
  }

  /** Throws when a log line holds a key, a token or an e-mail address of the tests. Disposal checks too. */
  expectNoSecretsInLogs(): void {
    this.expectNoSecretsIn(this.logs.map((line) => JSON.stringify(line)).join('\n'), 'the log');
  }

  /** Throws when a text that leaves the app, a reply say, holds a secret or a provider's address. */
  expectNoSecretsIn(text: string, where = 'the text'): void {
    const addresses = where === 'the log' ? [] : this.#mocks.map((mock) => mock.address);
    for (const secret of [...this.#secrets, ...addresses]) {
      const at = text.indexOf(secret);
      if (at === -1) continue;
      const around = text.slice(Math.max(0, at - 80), at + secret.length + 20);
      throw new Error(`${where} holds ${secret}: …${around}…`);
    }
  }

  /** Ends the app and starts it anew on the same data folder and the same mocks. */
  async restart(): Promise<void> {
    await this.stopApp();
    await this.start();
  }

  /** Ends the app as a signal would. Throws when that takes longer than `closeDeadlineMs`. */
  async stopApp(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    try {
      const message = (): string => 'the app does not close';
      await withDeadline(running.app.close(), this.#closeDeadlineMs, message);
    } finally {
      await running.server.close();
    }
  }

  /** Throws with everything that the mocks and the log have to say so far. */
  verify(): void {
    const checks = [
      ...this.#mocks.map((mock) => () => mock.verify()),
      () => this.expectNoSecretsInLogs(),
    ];
    const failures = checks.map(messageOf).filter((message) => message !== undefined);
    if (failures.length > 0) throw new Error(failures.join('\n'));
  }

  /** Ends everything and checks nothing. */
  async discard(): Promise<void> {
    try {
      await this.stopApp();
    } finally {
      await Promise.all(this.#mocks.map((mock) => mock.close()));
      await rm(this.dataDir, { recursive: true, force: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.discard();
    this.verify();
  }

  get #mocks(): readonly [MockOpenAi, MockAnthropic, MockZion] {
    return [this.openai, this.anthropic, this.zion];
  }

  get #current(): { readonly app: App; readonly server: DisposableServer } {
    if (this.#running === undefined) throw new Error('the app is not running');
    return this.#running;
  }

  async #usageWhere(
    fits: (one: RecordedUsage) => boolean,
    count: number,
    { deadlineMs, what }: { readonly deadlineMs: number; readonly what: string },
  ): Promise<readonly RecordedUsage[]> {
    const deadline = performance.now() + deadlineMs;
    for (;;) {
      // Without `flush`, which would have the app report to Zion at every look.
      const found = (await this.app.usage()).filter(fits);
      if (found.length >= count) return found;
      if (performance.now() > deadline) {
        throw new Error(`no usage of ${what} within ${deadlineMs} ms, only ${found.length}`);
      }
      // The app tells what was recorded, not what soon will be: look again.
      await sleep(5);
    }
  }
}

function messageOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
