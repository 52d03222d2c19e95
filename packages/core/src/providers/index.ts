export type * from './ability.ts';
export type * from './provider-description.ts';
export type * from './quirks.ts';
