import { mergeConfig } from 'vitest/config';
import { suite } from './vitest.shared.ts';

export default mergeConfig(suite, { test: { include: ['test/**/*.test.ts'], exclude: [] } });
