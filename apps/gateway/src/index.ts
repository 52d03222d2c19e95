export { type App, type AppOptions, createApp, type RecordedUsage } from './create-app.ts';
