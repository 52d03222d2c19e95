import { createRequire } from 'node:module';
import * as z from 'zod';

const Manifest = z.looseObject({ version: z.string() });

/** The gateway's version, as its package says. */
export const VERSION = Manifest.parse(
  createRequire(import.meta.url)('../package.json') as unknown,
).version;
