// Runs a program inside an engine that is there for it alone, unless it was there before.
import { execArgv } from './argv.ts';
import { ensurePackages } from './packages.ts';
import type { Programs } from './programs.ts';
import { asRoot } from './root.ts';
import { runAttached } from './run-attached.ts';
import { up } from './start.ts';
import { running } from './status.ts';
import { down } from './stop.ts';

/**
 * Installs what is missing, becomes root, brings the engine of a directory up, runs argv inside, and takes the engine down
 * again when it was not up before. Resolves to argv's exit code. A signal while the engine starts ends this when it has
 * started: ended in the middle, nobody would take it down.
 */
export async function runInEngine(argv: readonly string[], dir?: string, wanted?: Programs): Promise<number> {
  await ensurePackages(wanted);
  await asRoot();
  let signalled: number | undefined;
  const remember = (exitCode: number) => () => void (signalled ??= exitCode);
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, remember(exitCode));
  }
  const wasUp = running(dir) !== undefined;
  try {
    const engine = await up(dir);
    return signalled ?? (await runAttached(execArgv(engine, argv)));
  } finally {
    if (!wasUp) await down(dir);
  }
}
