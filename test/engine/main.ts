// Runs what it is given, vitest on the engine tests, inside an engine of our own.
import { runInEngine } from '../own-engine/engine.ts';

process.exitCode = await runInEngine([process.execPath, ...process.argv.slice(2)]);
