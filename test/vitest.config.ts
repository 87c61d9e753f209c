import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vitest/config';
import { LongestFirst } from './longest-first.ts';

// It is CommonJS, as bin/build.js is: the loader of this file takes that by no import.
const require = createRequire(import.meta.url);
const { scriptText } = require('../bin/script-text.js') as typeof import('../bin/script-text.js');

/** The text of scripts, as bin/build.js puts it into the bundle. */
const scriptsAsText: Plugin = {
  name: 'scripts-as-text',
  load(file) {
    if (/\.(sh|pl)$/.test(file)) return `export default ${JSON.stringify(scriptText(file))};`;
    if (/\.(bash|zsh|fish)$/.test(file)) return `export default ${JSON.stringify(readFileSync(file, 'utf8'))};`;
    return undefined;
  },
};

export default defineConfig({
  root: join(import.meta.dirname, '..'),
  plugins: [scriptsAsText],
  // Outside the tree: the engine tests run as root, and would leave root's files in a person's checkout.
  cacheDir: join(tmpdir(), 'dbg-vitest'),
  test: {
    cache: false,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 60_000,
          // They compute, and hardly wait: one worker for each processor. vitest leaves one of them
          // out otherwise, which is half of a machine that has two.
          maxWorkers: availableParallelism(),
          // A worker runs one file after the other. A process for each file takes as much of the
          // processor as the tests in it. No module is mocked, and none keeps what a test gave it.
          isolate: false,
          // vitest waits 1 s otherwise, which a busy machine may take for a turn of the event loop.
          expect: { poll: { timeout: 60_000, interval: 5 } },
        },
      },
      {
        extends: true,
        test: {
          name: 'engine',
          include: ['test/engine/**/*.test.ts'],
          globalSetup: 'test/engine/setup.ts',
          // A test ends when it has what it waits for; this is for one that never gets it.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // vitest waits 1 s otherwise, which a busy machine takes to start a program.
          expect: { poll: { timeout: 60_000 } },
          // They wait more than they compute: two workers leave two processors idle half of the time.
          maxWorkers: 4,
          // Of a thousand tests with a real engine, browser and network, some two meet a busy
          // moment of the machine in one run. A fault fails twice; what passed at the second time
          // is marked in the output ("retry x1"), and is to be looked into.
          retry: 1,
        },
      },
    ],
  },
});
