import type { ReadStream, WriteStream } from 'node:tty';

/** The person's terminal, while each key goes to a program elsewhere as it is. */
export interface RawTerminal {
  size(): { readonly columns: number; readonly rows: number };
  /** Gives the terminal back as it was. Also done by itself when dbg ends. */
  close(): void;
}

interface RawListener {
  onBytes(bytes: Buffer): void;
  onResize(): void;
}

/** Gives the terminal's keys away, Ctrl-C and Ctrl-Z among them. */
export type TakeRaw = (listener: RawListener) => RawTerminal;

interface TerminalStreams {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  /**
   * Makes the terminal show what it gets as it is. Node's raw mode does so for keys alone: a line
   * feed still becomes a carriage return as well (libuv, uv_tty_set_mode).
   */
  showPlainly(): Promise<void>;
  /** Calls back when this process ends, until the function it gives back is called. */
  onEnd(listener: () => void): () => void;
}

/** Makes the function that gives away the keys of the terminal behind these streams. */
export function rawTaker(streams: () => TerminalStreams): TakeRaw {
  return ({ onBytes, onResize }) => {
    const { stdin, stdout, showPlainly, onEnd } = streams();
    stdin.setRawMode(true);
    void showPlainly();
    stdin.on('data', onBytes).resume();
    stdout.on('resize', onResize);
    const giveBack = () => void stdin.setRawMode(false);
    const stop = onEnd(giveBack);
    return {
      size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
      close: () => {
        giveBack();
        stdin.off('data', onBytes).pause();
        stdout.off('resize', onResize);
        stop();
      },
    };
  };
}
