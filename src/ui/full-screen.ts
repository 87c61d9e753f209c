import type { ReadStream, WriteStream } from 'node:tty';

/** What happens on a terminal while dbg has its whole screen. */
export interface ScreenListener {
  /** Called with what the terminal sends for one key or several. */
  onKeys(text: string): void;
  /** Called when the screen has another size, or has to be drawn anew for another reason. */
  onChange(): void;
}

/** The person's terminal, while dbg has its whole screen. */
export interface FullScreen {
  size(): { readonly columns: number; readonly rows: number };
  /** Gives the terminal back as it was. Also done by itself when dbg ends. */
  close(): void;
}

/**
 * Takes the whole screen of the terminal: what it showed comes back later, and keys are not shown.
 */
export type TakeScreen = (listener: ScreenListener) => FullScreen;

interface TerminalStreams {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  /** Calls back when this process ends, until the function it gives back is called. */
  onEnd(listener: () => void): () => void;
  /** Calls back when this process is to stand still (SIGTSTP), until that function is called. */
  onSuspend(listener: () => void): () => void;
  /** Stands still. Returns when the shell lets this process go on. */
  suspend(): void;
}

/**
 * The other screen of the terminal and back, with the cursor hidden meanwhile (xterm's DECSET 1049
 * and 25; terminals without a second screen do nothing for 1049).
 */
const [ENTER, LEAVE] = ['\u001b[?1049h\u001b[?25l', '\u001b[?25h\u001b[?1049l'];

/** The key Ctrl-Z, which a terminal in raw mode sends instead of the signal. */
const CTRL_Z = '\u001a';

/** Makes the function that takes the screen of the terminal behind these streams. */
export function screenTaker(streams: () => TerminalStreams): TakeScreen {
  return ({ onKeys, onChange }) => {
    const { stdin, stdout, onEnd, onSuspend, suspend } = streams();
    let isTaken = false;
    const take = () => {
      isTaken = true;
      stdin.setRawMode(true);
      stdout.write(ENTER);
    };
    const giveBack = () => {
      if (!isTaken) return;
      isTaken = false;
      stdin.setRawMode(false);
      stdout.write(LEAVE);
    };
    const standStill = () => {
      giveBack();
      suspend();
      take();
      onChange();
    };
    const heard = (piece: Buffer) => {
      const text = piece.toString('utf8');
      if (text.includes(CTRL_Z)) standStill();
      onKeys(text.replaceAll(CTRL_Z, ''));
    };
    take();
    stdin.on('data', heard).resume();
    stdout.on('resize', onChange);
    const stops = [onEnd(giveBack), onSuspend(standStill)];
    return {
      size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
      close: () => {
        giveBack();
        stdin.off('data', heard).pause();
        stdout.off('resize', onChange);
        stops.forEach((stop) => stop());
      },
    };
  };
}
