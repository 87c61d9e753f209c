// `npm test`: the checks, the unit tests, then the engine tests inside an engine of our own. What is given after `--`
// goes to vitest for the engine tests: npm test -- veth
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
// A script of its own: it runs itself again as root, and what came before would leave root's files in a person's checkout.
await step(['--import', 'tsx', 'test/engine/main.ts', ...vitest, '--project', 'engine', ...process.argv.slice(2)]);

async function step(args: readonly string[]): Promise<void> {
  const exitCode = await runAttached([process.execPath, ...args]);
  if (exitCode !== 0) process.exit(exitCode);
}
