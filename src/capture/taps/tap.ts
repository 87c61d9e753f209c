import { lineReader } from '../../line-reader.ts';
import { DbgError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { drain, leftOut, type LeftOut } from './drain.ts';
import { emptyCounts, finalCount, isListening, isPreface, parseInfo, type Counts } from './counts.ts';

/** Hears what a tap tells while it runs. */
export interface Hearer {
  /** Takes a piece of tcpdump's stdout. When it throws, the tap ends. */
  data(piece: Buffer): void;
  /** Takes a line of tcpdump's stderr. The counts that dbg asked for are left out. */
  says(line: string, kind: Kind): void;
}

/**
 * What a line of tcpdump's stderr is.
 * - news: that it listens, or its counts at the end
 * - refusal: why it will not begin
 * - note: anything else while it runs
 */
export type Kind = 'news' | 'refusal' | 'note';

/** A running tcpdump whose packets dbg takes. */
export interface Tap {
  /** resolves when the tap listens or has ended */
  readonly listening: Promise<void>;
  /** tcpdump's latest counts */
  counts(): Counts;
  /** Asks tcpdump for newer counts. */
  ask(): void;
  pause(): void;
  resume(): void;
  /** Ends the tap when the packets that are there have come; at once when it is called again. */
  stop(): void;
  readonly ended: Promise<TapEnd>;
}

/** How a tap ended. */
export interface TapEnd {
  readonly exitCode: number;
  readonly hasListened: boolean;
  /** what the entry script said (src/enter/entry.sh) */
  readonly report: string;
  /** the last line of tcpdump's that was neither counts nor news */
  readonly complaint: string;
  /** undefined unless `stop` ended the tap */
  readonly leftOut: LeftOut | undefined;
}

/** Starts a tcpdump with an argv. */
export async function startTap(
  host: Host,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  onEvent: Hearer,
): Promise<Tap> {
  const { stdout, stderr, ended, signal } = await host.stream(argv, env);
  let counts = emptyCounts;
  let complaint = '';
  let answered = () => undefined as void;
  let listens = () => undefined as void;
  const listening = new Promise<void>((resolve) => (listens = resolve));
  let isOn = false;
  let isStopping = false;
  let isPaused = false;
  let pieceAt = 0;
  let failure: Error | undefined;

  stdout.on('data', (piece: Buffer) => {
    pieceAt = performance.now();
    try {
      onEvent.data(piece);
    } catch (error) {
      failure ??= error as Error;
      stop();
    }
  });
  lines(stderr, (line) => {
    const info = parseInfo(line);
    if (info) {
      counts = info;
      answered();
      return;
    }
    const final = finalCount(line);
    counts = { ...counts, ...final };
    const isNews = isListening(line) || isPreface(line) || Object.keys(final).length > 0;
    if (isListening(line)) {
      isOn = true;
      listens();
    }
    // A line in brackets repeats the complaint before it.
    if (!isNews && !line.startsWith('(')) complaint = line;
    onEvent.says(line, isNews ? 'news' : isOn ? 'note' : 'refusal');
  });

  const ask = () => {
    // Before tcpdump listens, the process may still be the entry script, which SIGUSR1 would end.
    if (isOn) signal('SIGUSR1');
  };
  const told = () =>
    new Promise<Counts | undefined>((resolve) => {
      const deadline = setTimeout(resolve, ANSWER_MS, undefined);
      answered = () => (clearTimeout(deadline), resolve(counts));
      ask();
    });
  let target: number | undefined;
  async function end(): Promise<void> {
    if (isOn) target = await drain(told);
    signal('SIGINT');
    // Packets that came late are still written. tcpdump is killed only when no piece comes for a
    // while.
    pieceAt = performance.now();
    const patience = setInterval(() => {
      if (isPaused) pieceAt = performance.now();
      if (performance.now() - pieceAt < PATIENCE_MS) return;
      clearInterval(patience);
      signal('SIGKILL');
    }, ANSWER_MS).unref();
  }
  function stop(): void {
    if (isStopping) signal('SIGINT');
    else void end();
    isStopping = true;
  }

  const closed = new Promise<void>((resolve) => stdout.on('close', resolve).on('error', () => undefined));
  return {
    listening,
    counts: () => counts,
    ask,
    pause: () => {
      isPaused = true;
      stdout.pause();
    },
    resume: () => {
      isPaused = false;
      stdout.resume();
    },
    stop,
    ended: Promise.all([ended, closed]).then(([{ exitCode, report }]) => {
      listens();
      if (failure) throw failure;
      return {
        exitCode,
        report,
        complaint,
        hasListened: isOn,
        leftOut: isStopping ? leftOut(target, counts) : undefined,
      };
    }),
  };
}

const ANSWER_MS = 100;
/** How long no piece may come after the SIGINT, until tcpdump is killed. */
const PATIENCE_MS = 5_000;

/**
 * Calls back for each line of a stream; for the last one also when it has no line feed. A line that
 * was written over itself (with -v, "Got 7" each second) is given as a terminal would show it.
 */
function lines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  const onEvent = (line: string) => onLine(line.replace(/^.*\r(?=.)/s, ''));
  const { add, end } = lineReader(onEvent);
  stream.on('data', add);
  stream.on('error', () => undefined);
  stream.on('end', end);
}

/** The error for a tap whose tcpdump said what is wrong. */
export const tapFailed = (name: string, { complaint, exitCode }: TapEnd): DbgError =>
  new DbgError(`${name}: ${complaint || `tcpdump ended with code ${exitCode}`}`, { exitCode });

/**
 * Whether the tap's device has gone, as it does with its container. tcpdump calls that an error
 * (libpcap, pcap-linux.c).
 */
export const hasLostDevice = ({ hasListened, complaint }: TapEnd): boolean =>
  hasListened && /interface (disappeared|went down)|That device is not up/i.test(complaint);
