// `npm start`: dbg's main job, shown live on an engine of the demo's own, which is gone again afterwards.
import { fileURLToPath } from 'node:url';
import { ENGINE_PROGRAMS } from '../own-engine/programs.ts';
import { runInEngine } from '../own-engine/engine.ts';

// Its own engine, and not the one of the tests: here the containers can simply be called web and client.
const DIR = '/var/lib/dbg-demo-engine';
const show = fileURLToPath(new URL('show.ts', import.meta.url));
process.exitCode = await runInEngine([process.execPath, '--import', 'tsx', show], DIR, ENGINE_PROGRAMS);
