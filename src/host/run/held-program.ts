import type { Environment } from '../../environment.ts';
import type { Held } from '../host.ts';
import { lineReader } from '../../line-reader.ts';
import { textOf } from './run-on-terminal.ts';
import { isStopped } from './stand-still.ts';
import { startBeside } from './start-program.ts';

/** The most characters of a line that are told at once. */
const MOST_CHARACTERS = 16_384;

/** Starts a program that nobody waits for: see Host.leave. */
export function leave(argv: readonly string[], env: Environment): void {
  const [file, ...args] = argv;
  const child = startBeside(file!, args, { detached: true, env: { ...env }, stdio: 'ignore' });
  child.on('error', () => undefined);
  child.unref();
}

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
  const listeners: ((line: string) => void)[] = [];
  const text = textOf(child.stdout);
  const lines = lineReader((line) => listeners.forEach((listener) => listener(line)), { most: MOST_CHARACTERS });
  const said = new Promise<string>((resolve) => listeners.push(resolve));
  child.stdout.on('data', lines.add);
  child.stdin.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    const end = () => {
      lines.end();
      resolve(text());
    };
    child.on('error', end);
    child.on('close', end);
  });
  return {
    said: Promise.race([said, ended]),
    ended,
    onEvent: (listener) => void listeners.push(listener),
    isStopped: () => isStopped(child.pid),
    kill: () => void child.kill('SIGKILL'),
    release: (word) => void child.stdin.end(word === undefined ? '' : `${word}\n`),
  };
}
