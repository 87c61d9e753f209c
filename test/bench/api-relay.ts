import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';

/** Something between a client and a server: a socket to go to, and the process to look at. */
export interface Relay {
  readonly name: string;
  readonly path: string;
  /** undefined: nothing is in between */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

const DBG = [process.execPath, 'bin/dbg.js', 'api'];

/** Starts each way to stand before a server's socket; `dbg api record` only where this dbg has it. */
export async function startRelays(folder: string, server: string, names: readonly string[]): Promise<Relay[]> {
  const ways: Readonly<Record<string, (path: string) => readonly string[]>> = {
    socat: (path) => ['socat', '-t', '86400', `UNIX-LISTEN:${path},fork,backlog=256`, `UNIX-CONNECT:${server}`],
    'socat -v': (path) => [
      'socat',
      '-v',
      '-t',
      '86400',
      `UNIX-LISTEN:${path},fork,backlog=256`,
      `UNIX-CONNECT:${server}`,
    ],
    'dbg snoop': (path) => [...DBG, 'snoop', '--listen', `unix:${path}`],
    'dbg record': (path) => [...DBG, 'record', `${path}.dbg`, '--listen', `unix:${path}`],
  };
  const relays: Relay[] = [{ name: 'direct', path: server, pid: undefined, stop: async () => undefined }];
  for (const name of names) {
    if (name === 'dbg record' && !hasRecord()) {
      console.log('dbg record: left out, as this dbg has no `api record`');
      continue;
    }
    const path = join(folder, `${name.replace(' ', '')}.sock`);
    relays.push(await startRelay(name, ways[name]!(path), path, server));
  }
  return relays;
}

const hasRecord = () =>
  /Usage: dbg api record/.test(spawnSync(DBG[0]!, [...DBG.slice(1), 'record', '--help']).stdout.toString());

async function startRelay(name: string, argv: readonly string[], path: string, server: string): Promise<Relay> {
  const [file = '', ...args] = argv;
  const log = openSync(`${path}.log`, 'w');
  const env = { ...process.env, DOCKER_HOST: `unix://${server}` };
  const child: ChildProcess = spawn(file, args, { stdio: ['ignore', log, log], env });
  closeSync(log);
  const ended = once(child, 'exit');
  for (let tries = 0; !(await answers(path)); tries++) {
    if (tries > 200) throw new Error(`${name} does not listen: ${readFileSync(`${path}.log`, 'utf8').slice(0, 500)}`);
    await after(25);
  }
  return { name, path, pid: child.pid, stop: async () => (child.kill('SIGINT'), void (await ended)) };
}

function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.on('connect', () => (socket.destroy(), done(true))).on('error', () => done(false));
  });
}
