// `npm run bench -- start [NODE…] | veth | why | capture | api [pings | streams | events | memory]
// | live [top | forward | watch] | reach`: the benches, inside an engine of our own. NODE: other Node binaries to measure too.
import { fileURLToPath } from 'node:url';
import { asRoot, runInEngine } from '../own-engine/engine.ts';
import { ensureProgram } from '../own-engine/packages.ts';
import { benchApi } from './api.ts';
import { benchCapture } from './capture.ts';
import { benchLive } from './live.ts';
import { benchReach } from './reach.ts';
import { benchStart } from './start.ts';
import { benchVeth } from './veth.ts';
import { benchWhy } from './why.ts';

const BENCHES: Readonly<Record<string, (args: readonly string[]) => boolean | Promise<boolean>>> = {
  start: (nodes) => benchStart([process.execPath, ...nodes]),
  veth: benchVeth,
  why: benchWhy,
  capture: benchCapture,
  api: benchApi,
  live: benchLive,
  reach: benchReach,
};

const [name = 'start', ...args] = process.argv.slice(2);
const bench = BENCHES[name];
if (!bench) {
  console.error(`dbg: there is no bench "${name}" (there is: ${Object.keys(BENCHES).join(', ')})`);
  process.exitCode = 2;
} else if (process.env['DBG_BENCH_INSIDE']) {
  process.exitCode = (await bench(args)) ? 0 : 1;
} else {
  await asRoot();
  if (name === 'capture') await ensureProgram('tcpreplay', 'sending packets fast enough');
  if (name === 'api' || name === 'live') await ensureProgram('socat', 'something to compare with');
  const self = ['env', 'DBG_BENCH_INSIDE=1', process.execPath, '--import', 'tsx', fileURLToPath(import.meta.url)];
  process.exitCode = await runInEngine([...self, name, ...args]);
}
