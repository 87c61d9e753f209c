// `npm start`: dbg's main job, shown live on an engine of the demo's own, which is gone again afterwards.
import { fileURLToPath } from 'node:url';
import { asRoot, down, ensurePackages, execArgv, runAttached, up } from '../own-engine/engine.ts';

// Its own engine, and not the one of the tests: here the containers can simply be called web and client.
const DIR = '/var/lib/dbg-demo-engine';

await ensurePackages();
await asRoot();
try {
  const show = fileURLToPath(new URL('show.ts', import.meta.url));
  process.exitCode = await runAttached(execArgv(await up(DIR), [process.execPath, '--import', 'tsx', show]));
} finally {
  await down(DIR);
}
