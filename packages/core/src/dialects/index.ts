export type * from './dialect.ts';
export type * from './dialect-id.ts';
export type * from './passage.ts';
