import type { Socket as DatagramSocket } from 'node:dgram';
import { closeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { Environment } from '../../environment.ts';
import { DbgError, EXIT } from '../../errors.ts';
import { startGuard } from './tool-guard.ts';
import type { Channeled, Ended, Relayed, RelayOptions, Streamed } from '../host.ts';
import { openPipe } from './pipe.ts';
import { textOf } from './run-on-terminal.ts';
import { startBeside, startProgram } from './start-program.ts';
import UNINTERRUPTED from './uninterrupted.sh';

/** Starts a program whose output dbg reads: see Host.stream. */
export async function stream(argv: readonly string[], env: Environment): Promise<Streamed> {
  const [file, ...args] = argv;
  const { reader, writeEnd } = await openPipe();
  // In a session of its own (setsid(2)): the terminal's Ctrl-C and Ctrl-Z are for dbg, which ends
  // the program in good order.
  const start = () =>
    startProgram(file!, args, { detached: true, env: { ...env }, stdio: ['ignore', writeEnd, 'pipe', 'pipe'] });
  let child: ReturnType<typeof start>;
  try {
    child = start();
  } catch (cause) {
    reader.destroy();
    throw cause;
  } finally {
    closeSync(writeEnd);
  }
  const guard = startGuard(child.pid ?? 0);
  const report = textOf(child.stdio[3] as Readable);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('close', (code, signal) =>
      resolve({ exitCode: code ?? 128 + constants.signals[signal!], report: report().trim() }),
    );
    child.on('error', (cause) =>
      reject(new DbgError(`${file} cannot be started: ${cause.message}`, { cause, exitCode: EXIT.cannotRun })),
    );
  }).finally(() => guard.leave());
  return { stdout: reader, stderr: child.stderr!, ended, signal: (signal) => void child.kill(signal) };
}

/** The most characters of a relay's stderr that are kept. */
const MOST_SAID = 4096;

/** Starts a program that carries bytes both ways: see Host.relay. */
export function relay(argv: readonly string[], env: Environment, { isForPerson = false }: RelayOptions = {}): Relayed {
  const [file, ...args] = isForPerson ? ['sh', '-c', UNINTERRUPTED, 'dbg-relay', ...argv] : argv;
  const options = isForPerson ? { env: { ...env } } : { detached: true, cwd: '/', env: { ...env, LC_ALL: 'C' } };
  const child = startBeside(file!, args, { ...options, stdio: 'pipe' });
  let said = '';
  const add = (text: string) => void (said = (said + text).slice(0, MOST_SAID));
  child.stderr.setEncoding('utf8').on('data', add);
  child.on('error', ({ message }) => {
    add(`${file} cannot be started: ${message}`);
    child.stdout.destroy();
  });
  const ends = [child.stdin, child.stdout, child.stderr];
  for (const end of ends) end.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    said: () => said,
    ended,
    keepAwake: (isAwake) => {
      // Node's pipes to a child are sockets (net.Socket), which its types do not say.
      for (const each of [child, ...(ends as unknown as Socket[])])
        if (isAwake) each.ref();
        else each.unref();
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Starts a program of dbg's own for Node, with a channel to it: see Host.channel. */
export function channel(argv: readonly string[], env: Environment): Channeled {
  const [file, ...args] = argv;
  const child = startBeside(file!, args, {
    // setsid(2): the terminal's Ctrl-C is for dbg.
    detached: true,
    cwd: '/',
    env: { ...env },
    // Descriptor 3 is for the report of entry.sh, which uses 4 and 5 too. Node passes the channel's
    // number on in NODE_CHANNEL_FD.
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'ignore', 'ignore', 'ipc'],
  });
  const said = textOf(child.stderr!);
  const report = textOf(child.stdio[3] as Readable);
  const ended = new Promise<{ exitCode: number; said: string }>((resolve) => {
    const both = () => `${said()}${report().trim()}`;
    child.on('close', (code, signal) =>
      resolve({ exitCode: code ?? 128 + (signal ? constants.signals[signal] : 0), said: both() }),
    );
    child.on('error', (error) => child.pid === undefined && resolve({ exitCode: 127, said: error.message }));
  });
  return {
    ended,
    send: (message, handle) => {
      // A TCP socket goes as libuv's bare handle: Node's way of sending a Socket counts the
      // connections of its server in both processes, and takes 1.6 times as long. To close it here,
      // sent or not, ends nothing where its descriptor was passed on.
      const isTcp = isStream(handle) && handle.remoteAddress !== undefined;
      // A server counts what it has sent, and would wait for a process that was killed.
      if (isStream(handle)) Reflect.set(handle, 'server', null);
      const bare = (isTcp ? Reflect.get(handle, '_handle') : handle) as typeof handle;
      if (child.connected) child.send(message, bare, {}, () => close(handle));
      else close(handle);
    },
    onMessage: (listener) =>
      void child.on('message', (message, handle) => listener(message, handle as Socket | DatagramSocket | undefined)),
    kill: () => void child.kill('SIGKILL'),
  };
}

const isStream = (handle: Socket | DatagramSocket | undefined): handle is Socket =>
  handle !== undefined && 'destroy' in handle;

function close(handle: Socket | DatagramSocket | undefined): void {
  if (isStream(handle)) handle.destroy();
  else handle?.close();
}
