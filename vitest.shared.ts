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
  },
});
