export type * from './usage-event.ts';
