// `npm run bench -- start [NODE…] | veth`: the benches, inside an engine of our own. NODE: other Node binaries to measure too.
import { fileURLToPath } from 'node:url';
import { runInEngine } from '../own-engine/engine.ts';
import { benchStart } from './start.ts';
import { benchVeth } from './veth.ts';

const BENCHES: Readonly<Record<string, (args: readonly string[]) => boolean>> = {
  start: (nodes) => benchStart([process.execPath, ...nodes]),
  veth: benchVeth,
};

const [name = 'start', ...args] = process.argv.slice(2);
const bench = BENCHES[name];
if (!bench) {
  console.error(`dbg: there is no bench "${name}" (there is: ${Object.keys(BENCHES).join(', ')})`);
  process.exitCode = 2;
} else if (process.env['DBG_BENCH_INSIDE']) {
  process.exitCode = bench(args) ? 0 : 1;
} else {
  const self = ['env', 'DBG_BENCH_INSIDE=1', process.execPath, '--import', 'tsx', fileURLToPath(import.meta.url)];
  process.exitCode = await runInEngine([...self, name, ...args]);
}
