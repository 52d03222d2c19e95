export type { App, AppClock, AppOptions, CreateApp, RecordedUsage } from './app-factory.ts';
export type { Recording, RecordingFamily } from './recordings.ts';
export { frameRecording, listRecordings, readRecording } from './recordings.ts';
