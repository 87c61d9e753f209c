// `npm run mutate -- [ROOM…]`: changes the code in small ways, one at a time, and counts the
// changes that no unit test notices. Without ROOM, all rooms, one after the other: an hour or two.
import { Stryker } from '@stryker-mutator/core';
import { ROOMS } from './rooms.ts';

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(ROOMS, name));
if (unknown !== undefined) {
  console.error(`dbg: no room "${unknown}" to change; there are: ${Object.keys(ROOMS).join(', ')}`);
  process.exit(2);
}

const lines: string[] = [];
for (const room of asked.length > 0 ? asked : Object.keys(ROOMS)) {
  const results = await new Stryker({
    mutate: [...ROOMS[room]!],
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutate/vitest.config.ts' },
    plugins: ['@stryker-mutator/vitest-runner'],
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    concurrency: 2,
    timeoutMS: 30_000,
    dryRunTimeoutMinutes: 60,
    tempDirName: '.mutate',
    ignorePatterns: ['dist', 'dist.new'],
    reporters: ['clear-text', 'progress-append-only'],
    clearTextReporter: { allowColor: false, reportTests: false, reportScoreTable: true },
    thresholds: { high: 90, low: 80, break: null },
    // Stryker would rewrite tsconfig.json by TypeScript's old API, which TypeScript 7 does not
    // have.
    tsconfigFile: 'none',
    disableTypeChecks: false,
  }).runMutationTest();
  // Left out: what runs once, when a file is loaded. Stryker makes its change after that, so no
  // test can notice.
  const counted = results.filter((result) => result.static !== true);
  const count = (...statuses: readonly string[]) => counted.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const all = noticed + count('Survived', 'NoCoverage');
  lines.push(`${room.padEnd(10)} ${((noticed / all) * 100).toFixed(1).padStart(5)} %  ${noticed} of ${all} noticed`);
}
console.log(`\n${lines.join('\n')}`);
