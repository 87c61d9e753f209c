// `npm test`: the checks, the unit tests, then the engine tests inside an engine of our own. What is given after `--`
// goes to vitest for the engine tests: npm test -- veth
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ensurePackages, runAttached } from './own-engine/engine.ts';

await ensurePackages();
const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--config',
  'test/vitest.config.ts',
  '--configLoader',
  'runner',
];
await step(['--import', 'tsx', 'test/checks.ts']);
await step([...vitest, '--project', 'unit']);
await makeImage(resolve('node_modules/.cache/dbg/image.tar'));
// A script of its own: it runs itself again as root, and what came before would leave root's files in a person's checkout.
await step(['--import', 'tsx', 'test/engine/main.ts', ...vitest, '--project', 'engine', ...process.argv.slice(2)]);

/** Makes dbg's image for test/engine/helper.test.ts: an engine of our own reaches no mirror of Debian's. */
async function makeImage(archive: string): Promise<void> {
  const isNewer = (file: string) => existsSync(archive) && statSync(archive).mtimeMs > statSync(file).mtimeMs;
  if (['bin/image.js', 'bin/image/packages', 'dist/key'].every(isNewer)) return;
  mkdirSync(dirname(archive), { recursive: true });
  await step(['bin/image.js', '-o', archive]);
}

async function step(args: readonly string[]): Promise<void> {
  const exitCode = await runAttached([process.execPath, ...args]);
  if (exitCode !== 0) process.exit(exitCode);
}
