import type { Engine } from './engine/engine.ts';
import type { Environment } from './environment.ts';
import type { Host } from './host/host.ts';
import type { Pick } from './ui/picker.ts';

/** Where text goes: stdout for results, stderr for everything else. */
export interface Output {
  readonly isTTY: boolean;
  write(text: string): void;
  /** of a terminal, how wide it is now */
  columns?(): number | undefined;
  /** how much of what was written waits for its reader, in bytes */
  waiting?(): number;
}

/**
 * Everything that reaches dbg from outside. main.ts makes the real one; a test makes a plain object. Nothing else in
 * the code asks the process, the clock or the terminal.
 */
export interface Context {
  /** dbg's own argument list, and the argv that starts this dbg again (for sudo). */
  readonly args: readonly string[];
  readonly self: readonly string[];
  readonly env: Environment;
  readonly stdinIsTTY: boolean;
  readonly stdout: Output;
  readonly stderr: Output;
  /** The path of dbg's working directory. Throws a DbgError when it has none: it was removed, or its file system unmounted. */
  readonly cwd: () => string;
  /**
   * where files that dbg gives to others are installed: session/ (src/verbs/shell/session), page/
   * (src/api/page/assets), the code of its other thread
   */
  readonly assetFolder: string;
  /** milliseconds since the epoch */
  readonly now: () => number;
  /** the same with fractions, and no change of the machine's clock moves it */
  readonly clock: () => number;
  readonly host: Host;
  /** The engine that this environment names. Nothing is connected or loaded before it is asked for. */
  readonly engine: () => Promise<Engine>;
  readonly pick: Pick;
}
