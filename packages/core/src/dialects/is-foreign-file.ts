import type { MediaSource } from '../chat/content-part.ts';

/** True for a file that some other dialect's provider keeps: its id says nothing here. */
export const isForeignFile = (source: MediaSource, own: readonly string[]): boolean =>
  source.type === 'provider-file' && source.dialect !== undefined && !own.includes(source.dialect);

export const FOREIGN_FILE = 'a file that another provider keeps can not be read here';
