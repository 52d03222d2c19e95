export type { App, AppClock, AppOptions, CreateApp, RecordedUsage } from './app-factory.ts';
