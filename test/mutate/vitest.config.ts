import { mergeConfig } from 'vitest/config';
import base from '../vitest.config.ts';

// The unit tests as Stryker runs them: without those that look at the files of this checkout, which
// Stryker has changed in its copy.
const { projects: _, ...test } = base.test!;

export default mergeConfig(
  { ...base, test },
  {
    test: {
      include: ['test/unit/**/*.test.ts'],
      exclude: ['test/unit/*.test.ts', 'test/unit/own-engine/**'],
      testTimeout: 600_000,
    },
  },
);
