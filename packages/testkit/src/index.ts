export type { App, AppClock, AppOptions, CreateApp, RecordedUsage } from './app-factory.ts';
export type { BookedCall, BookkeepingOptions } from './books/bookkeeping-provider.ts';
export { BookkeepingProvider } from './books/bookkeeping-provider.ts';
export { BookkeepingZion } from './books/bookkeeping-zion.ts';
export type { Dice } from './books/dice.ts';
export { createDice } from './books/dice.ts';
export type { RawSocket } from './clients/open-socket.ts';
export { openSocket } from './clients/open-socket.ts';
export type { SseMessage, SseSource } from './clients/read-sse.ts';
export { parseSse, parseSseJson, readSse } from './clients/read-sse.ts';
export type { SlowReader, SlowReaderOptions } from './clients/slow-reader.ts';
export { slowReader } from './clients/slow-reader.ts';
export type { ProcessEnd, ProcessOptions, RunningProcess } from './clients/start-process.ts';
export { startProcess } from './clients/start-process.ts';
export { realClock } from './clock/real-clock.ts';
export { VirtualClock } from './clock/virtual-clock.ts';
export type { OwnPostgres } from './engines/postgres.ts';
export {
  createOwnPostgres,
  createPostgres,
  engineTitle,
  missingPostgres,
} from './engines/postgres.ts';
export type { TestRedis } from './engines/redis.ts';
export { createTestRedis, missingRedis } from './engines/redis.ts';
export type { GovernanceKind, Mocks, Settings } from './harness/app-settings.ts';
export type { HarnessOptions, LogLine, TestAgent } from './harness/harness.ts';
export { createHarness, Harness } from './harness/harness.ts';
export { DebugTestHarness, TokenTrackingTestHarness } from './harness/origin-harness.ts';
export type { BreakableLink, LinkState } from './links/breakable-link.ts';
export { startBreakableLink } from './links/breakable-link.ts';
export * from './mocks/anthropic-replies.ts';
export { chatStream } from './mocks/chat-stream.ts';
export type { Expectation } from './mocks/expectation.ts';
export { MockAnthropic } from './mocks/mock-anthropic.ts';
export { MockOpenAi } from './mocks/mock-openai.ts';
export type { BatchIncrement, IncrementSum, MockZionOptions } from './mocks/mock-zion.ts';
export { MockZion, sumIncrements } from './mocks/mock-zion.ts';
export * from './mocks/openai-replies.ts';
export { replay } from './mocks/replay.ts';
export * from './mocks/zion-data.ts';
export type { Increment } from './mocks/zion-wire.ts';
export type { Recording, RecordingFamily } from './recordings.ts';
export {
  frameRecording,
  listRecordings,
  listSyntheticReplies,
  readRecording,
} from './recordings.ts';
export * from './replies/amazon-events.ts';
export type { ControlledReply } from './replies/controlled-reply.ts';
export { controlledReply } from './replies/controlled-reply.ts';
export * from './replies/faults.ts';
export * from './replies/reply.ts';
export type { RequestDialect, SampleRequest } from './requests.ts';
export { listRequests, REQUEST_DIALECTS, SAMPLE_MODEL } from './requests.ts';
export type { DisposableServer } from './server/start-server.ts';
export { listenOnLoopback, startServer } from './server/start-server.ts';
export * from './test-data.ts';
