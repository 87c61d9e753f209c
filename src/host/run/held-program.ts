import type { Environment } from '../../environment.ts';
import type { Held } from '../host.ts';
import { isStopped } from './stand-still.ts';
import { startBeside } from './start-program.ts';

/** Starts a program that outlives dbg: see Host.hold. */
export function hold(argv: readonly string[], env: Environment): Held {
  const [file, ...args] = argv;
  const child = startBeside(file!, args, {
    // setsid(2): no signal of the terminal or of dbg's process group reaches the program.
    detached: true,
    cwd: '/',
    env: { ...env, LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stdin.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.on('error', () => resolve(text));
    child.on('close', () => resolve(text));
  });
  const line = new Promise<string>((resolve) => child.stdout.on('data', () => text.includes('\n') && resolve(text)));
  return {
    said: Promise.race([line, ended]).then((all) => all.split('\n')[0]!),
    ended,
    onEvent: (listener) =>
      void child.stdout.on('data', (chunk: Buffer) => chunk.toString().split('\n').filter(Boolean).forEach(listener)),
    isStopped: () => isStopped(child.pid),
    kill: () => void child.kill('SIGKILL'),
    release: (word) => void child.stdin.end(word === undefined ? '' : `${word}\n`),
  };
}
