/**
 * A real Docker Engine of one's own, in its own pid, network, mount, uts and ipc namespaces: beside any other engine of
 * the machine, and with nothing left of it after `down`. Tests, demo and bench run inside it:
 *
 *   const code = await runInEngine([process.execPath, 'test.js']);
 */
export { execArgv, type EngineState } from './argv.ts';
export { ensurePackages } from './packages.ts';
export { asRoot } from './root.ts';
export { runAttached } from './run-attached.ts';
export { runInEngine } from './run-in-engine.ts';
export { up } from './start.ts';
export { running, status, statusText } from './status.ts';
export { down } from './stop.ts';
export { watchForStuck } from './stuck.ts';
