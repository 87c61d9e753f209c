import type { EngineChoice } from './engine/choice/choose-engine.ts';
import type { EngineWish } from './engine/choice/engine-wish.ts';
import type { Engine } from './engine/engine.ts';
import type { HelperEngine } from './engine/helper/helper-engine.ts';
import type { Environment } from './environment.ts';
import type { OpenFile } from './host/host-files.ts';
import type { Host } from './host/host.ts';
import type { TakeScreen } from './ui/full-screen.ts';
import type { Pick } from './ui/picker.ts';
import type { TakeRaw } from './ui/raw-terminal.ts';
import type { Readable } from 'node:stream';

/** One of dbg's two outputs: stdout for results, stderr for everything else. */
export interface Output {
  readonly isTTY: boolean;
  /**
   * Writes text without waiting: it is queued for a slow reader. Once the reader has left, dbg ends
   * with 141 by itself; on a full disk, with 125.
   */
  write(text: string): void;
  /** How much of that text waits for the reader, in bytes. */
  waiting(): number;
  /** The width of a terminal, now. */
  columns?(): number | undefined;
  /** Calls back when the terminal has another width, until the function it gives back is called. */
  onResize?(listener: () => void): () => void;
  /**
   * The same output as a file, for bytes and for much text. Each write resolves when the reader has
   * taken it, or with the error; it tells when the reader leaves.
   */
  asFile(): Promise<OpenFile>;
}

/**
 * All that reaches dbg from outside. main.ts makes the real one; a test makes a plain object.
 * Nothing else in the code asks the process, the clock or the terminal.
 */
export interface Context {
  /** dbg's own arguments, and the argv that starts this dbg again (for sudo). */
  readonly args: readonly string[];
  readonly self: readonly string[];
  readonly env: Environment;
  readonly stdinIsTTY: boolean;
  readonly stdout: Output;
  readonly stderr: Output;
  /**
   * The path of dbg's working directory. Throws a DbgError when there is none, because the
   * directory was removed or its file system unmounted.
   */
  readonly cwd: () => string;
  /**
   * the folder of the files that dbg gives to others: session/ (src/verbs/shell/session), page/
   * (src/api/page/assets), host-page/ (src/host-page/assets), and the code of its other thread
   */
  readonly assetFolder: string;
  /** milliseconds since the epoch */
  readonly now: () => number;
  /** ms since the epoch, with fractions; a change of the machine's clock does not move it */
  readonly clock: () => number;
  readonly host: Host;
  /** The words before the verb that name an engine, as they were typed. */
  readonly engineWords: readonly string[];
  /**
   * Which engine this environment and the options name, and why. A verb gives no wish: run.ts knows
   * the options.
   */
  readonly choice: (wish?: EngineWish) => Promise<EngineChoice>;
  /** That engine. Nothing is loaded or connected before the first call. */
  readonly engine: (wish?: EngineWish) => Promise<Engine>;
  /** The same engine as the maker of containers of dbg's own. */
  readonly helperEngine: (wish?: EngineWish) => Promise<HelperEngine>;
  readonly pick: Pick;
  /** Opens dbg's own stdin. It is left alone otherwise: it belongs to the tool. */
  readonly stdin: () => Readable;
  /** Only where stdin and stdout are terminals. */
  readonly takeScreen: TakeScreen;
  /** Only where stdin and stdout are terminals. */
  readonly takeRaw: TakeRaw;
}
