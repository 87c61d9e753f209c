import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg, firstLine, processes } from './dbg.ts';
import type { Lab } from './lab.ts';

export interface RunningForward {
  /** where it listens: ports, in their order */
  readonly ports: readonly number[];
  stdout(): string;
  stderr(): string;
  readonly pid: number;
  /** ends it by a signal, and gives its exit code */
  end(signal?: NodeJS.Signals): Promise<number | undefined>;
}

/** Starts `dbg forward`, and resolves when it listens on `count` places. */
export async function startForward(lab: Lab, args: readonly string[], count = 1): Promise<RunningForward> {
  const program = dbg(['forward', ...args]);
  let [stdout, stderr] = ['', ''];
  program.stdout?.on('data', (data) => (stdout += String(data)));
  program.stderr?.on('data', (data) => (stderr += String(data)));
  const end = async (signal: NodeJS.Signals = 'SIGINT') => {
    program.kill(signal);
    return (await program).exitCode;
  };
  lab.cleanUp(() => end('SIGKILL'));
  const listening = () => [...stdout.matchAll(/^(?!\d\d:).*? -> |"event":"listening"/gm)].length;
  let hasEnded = false;
  void program.then(() => (hasEnded = true));
  await expect.poll(() => hasEnded || listening() >= count, { message: stderr }).toBe(true);
  expect(listening(), stderr).toBeGreaterThanOrEqual(count);
  const places = [...stdout.matchAll(/(?:^|"listen":"|^\S+ )(?:[\d.]+|\[[\da-f:]+\]):(\d+)(?= ->|")/gm)];
  return {
    ports: places.map(([, port]) => Number(port)),
    stdout: () => stdout,
    stderr: () => stderr,
    pid: program.pid!,
    end,
  };
}

/** Runs a script of Node in a container's network, as a program of the container that listens; resolves when it says "up". */
export async function serviceIn(lab: Lab, container: string, script: string): Promise<{ said(): string }> {
  const pid = String(await lab.pid(container));
  return service(lab, ['nsenter', '-t', pid, '-n', '--', process.execPath, '-e', script]);
}

/** The same on this host. */
async function service(lab: Lab, argv: readonly string[]): Promise<{ said(): string }> {
  const program = execa(argv[0]!, argv.slice(1), { reject: false, stdin: 'ignore' });
  let said = '';
  program.stdout?.on('data', (data) => (said += String(data)));
  lab.cleanUp(async () => (program.kill('SIGKILL'), await program));
  expect(await firstLine(program)).toBe('up');
  return { said: () => said };
}

/** What a server of Node does with a connection `s`, on 127.0.0.1:80 where nothing else is said. */
export const listening = (body: string, at = "80, '127.0.0.1'") =>
  `require('net').createServer({ allowHalfOpen: true }, (s) => { s.on('error', (e) => console.log(e.code)); ${body} }).listen(${at}, () => console.log('up'))`;

/** Connects to a port of this host, or to a unix socket. */
export function client(to: number | string, host = '127.0.0.1'): Promise<Socket> {
  const socket = typeof to === 'string' ? connect(to) : connect({ port: to, host, allowHalfOpen: true });
  return new Promise((done, fail) => {
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      done(socket);
    });
  });
}

/** All that a connection brings, and the code of the error that ended it: "hello", "ECONNRESET". */
export function received(socket: Socket): Promise<string> {
  let text = '';
  return new Promise((resolve) => {
    socket.on('data', (data) => (text += String(data)));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(`${text}${code}`));
    socket.on('end', () => socket.end());
    socket.on('close', () => resolve(text));
  });
}

/**
 * Sends a text, finishes sending, and gives what comes back, with the code of an error. A client
 * that is cut off at once may hear of that before it hears that it is connected.
 */
export async function asked(to: number | string, text: string, host?: string): Promise<string> {
  const socket = await client(to, host).catch(({ code }: NodeJS.ErrnoException) => String(code));
  if (typeof socket === 'string') return socket;
  const answer = received(socket);
  socket.end(text);
  return answer;
}

/** The forwarders that a dbg has started. */
export function forwardersOf(pid: number): number[] {
  return processes()
    .filter(({ pid: each, command }) => command.includes('forwarder.js') && parentOf(each) === pid)
    .map((each) => each.pid);
}

const parentOf = (pid: number) => Number(/^PPid:\s*(\d+)/m.exec(statusOf(pid))?.[1]);

export function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
