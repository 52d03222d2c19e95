import { readBodies } from '../adapters/sqlite/sqlite-body-store.ts';
import type { Config } from '../config/config.ts';
import type { CallBodies } from '../ports/body-store.ts';

/** Those of one call in this data folder; undefined: none are kept here. */
export const bodiesOf = (config: Config, callId: string): CallBodies | undefined =>
  readBodies(config.dataDir, callId, Date.now());
