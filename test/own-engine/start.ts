// Starts an engine, or finds it started.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { answers } from './api.ts';
import { type EngineState, initArgv } from './argv.ts';
import { removeCgroups } from './cgroups.ts';
import { findInit, findRunning } from './find.ts';
import { ensureImages } from './images.ts';
import { withLock } from './lock.ts';
import { cgroupName, placesOf, type Places } from './places.ts';
import { isAlive, readOrEmpty } from './process-identity.ts';
import { findProgram } from './programs.ts';
import { endInit } from './stop.ts';

/** dockerd must not see the caller's DOCKER_… and must find iptables and containerd, which a plain PATH may not have. */
const INIT_ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' };

/** Returns the engine of a directory, up, answering and with its images; starts it when it is not. Needs root. */
export async function up(dir?: string): Promise<EngineState> {
  const places = placesOf(dir);
  // The lock is for those who start or end one; who finds it up need not wait behind them.
  return (await findReady(places)) ?? withLock(places.lock, () => upLocked(places));
}

async function upLocked(places: Places): Promise<EngineState> {
  const began = Date.now();
  const running = findRunning(places);
  if (!running) console.error(`dbg: starting an engine of its own in ${places.dir}`);
  const state = running ?? (await startInit(places));
  try {
    await waitUntilReady(state, places);
    await ensureImages(state);
  } catch (error) {
    if (!running) await endInit(state);
    throw error;
  }
  writeFileSync(places.ready, '');
  console.error(`dbg: the engine in ${places.dir} is up after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return state;
}

async function findReady(places: Places): Promise<EngineState | undefined> {
  const state = existsSync(places.ready) ? findRunning(places) : undefined;
  return state && (await answers(state.pid)) ? state : undefined;
}

async function startInit(places: Places): Promise<EngineState> {
  const dying = findInit(places);
  if (dying) await endInit(dying);
  await removeCgroups(cgroupName(places.dir));
  rmSync(places.run, { recursive: true, force: true });
  for (const dir of [places.data, places.run, places.clientConfig, places.daemonConfig])
    mkdirSync(dir, { recursive: true });
  const log = openSync(places.log, 'a');
  const [file = '', ...args] = initArgv(places, findProgram('dockerd'));
  const child = spawn(file, args, { detached: true, cwd: '/', env: INIT_ENV, stdio: ['ignore', log, log] });
  closeSync(log);
  child.on('error', (error) => process.stderr.write(`${error.message}\n`));
  child.unref();
  for (;;) {
    const state = findRunning(places);
    if (state) return state;
    if (hasEnded(child)) throw failure('its first process did not start', places);
    await sleep(5);
  }
}

async function waitUntilReady(state: EngineState, places: Places): Promise<void> {
  const end = Date.now() + 60_000;
  for (let turn = 1; !(await answers(state.pid)); turn++) {
    if (!isAlive(state)) throw failure('dockerd ended', places);
    if (Date.now() > end) throw failure('dockerd does not answer after 60 s', places);
    if (turn % 200 === 0) console.error(`dbg: waiting for dockerd to answer (its log: ${places.log})`);
    await sleep(25);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function failure(what: string, places: Places): Error {
  const last = readOrEmpty(places.log)
    .trimEnd()
    .split('\n')
    .slice(-12)
    .map((line) => `       ${line}`);
  return new Error(
    `the engine in ${places.dir} did not come up: ${what}\n     last lines of ${places.log}:\n${last.join('\n')}`,
  );
}
