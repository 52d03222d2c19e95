import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** What all suites have in common. */
export const suite = defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    allowOnly: false,
    expect: { requireAssertions: true },
    testTimeout: 15_000,
    hookTimeout: 15_000,
    unstubEnvs: true,
    // No suite replaces a module or leaves anything in one, and loading them anew for each file takes
    // longer than most files do.
    isolate: false,
    maxWorkers: '100%',
    // Threads of the program load its files as they are: without it each test compiles them anew.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/tollgate') },
  },
});
