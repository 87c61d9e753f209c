import type { Socket } from 'node:net';
import { startBeside } from './start-program.ts';
import GUARD from './tool-guard.sh';

/** Ends a tool with all its children, so that none stays as root. */
export interface ToolGuard {
  /**
   * Lists the tool's children while the tool lives: after its end nothing tells that they were its
   * children.
   */
  list(): Promise<void>;
  /** The tool has ended by itself: what it started may stay. */
  leave(): void;
  /** The tool was ended by a signal to dbg: what it started ends too. */
  sweep(): void;
}

/**
 * Starts a guard. It also sweeps when dbg dies without a word, even by kill -9. It is in a session
 * of its own (setsid(2)), so no signal of the terminal or of dbg's process group reaches it, that
 * of Ctrl-Z included.
 */
export function startGuard(tool: number): ToolGuard {
  const child = startBeside('sh', ['-c', GUARD, 'dbg-guard', String(tool)], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.on('error', () => undefined);
  for (const stream of [child.stdin, child.stdout]) stream.on('error', () => undefined);
  child.unref();
  // The stream must not keep dbg's process alive.
  (child.stdout as unknown as Socket).unref();
  return {
    list: () =>
      new Promise((resolve) => {
        // A person may send many signals: each one's listeners go with it.
        const listed = () => {
          clearTimeout(timer);
          child.stdout.off('data', listed).off('close', listed);
          resolve();
        };
        const timer = setTimeout(listed, LIST_MS).unref();
        child.stdout.on('data', listed).on('close', listed);
        child.stdin.write('list\n');
      }),
    leave: () => void child.stdin.end('leave\n'),
    sweep: () => void child.stdin.end('sweep\n'),
  };
}

/** The longest time that a signal waits for the list. */
const LIST_MS = 200;
