// `npm test`: the checks, the unit tests, then the engine tests inside an engine of our own. What is given after `--`
// goes to vitest for the engine tests: npm test -- veth
import { execa } from 'execa';
import { asRoot, down, ensurePackages, execArgv, runAttached, running, up } from './own-engine/engine.ts';

const VITEST = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts'];

await ensurePackages();
await asRoot();
await import('./checks.ts');
const unit = await execa(process.execPath, [...VITEST, '--project', 'unit'], { stdio: 'inherit', reject: false });
if (unit.exitCode !== 0) process.exit(unit.exitCode ?? 1);

const wasUp = running() !== undefined;
const engine = await up();
try {
  const argv = [process.execPath, ...VITEST, '--project', 'engine', ...process.argv.slice(2)];
  process.exitCode = await runAttached(execArgv(engine, argv));
} finally {
  if (!wasUp) await down();
}
