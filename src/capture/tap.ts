import { DbgError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { emptyCounts, finalCount, isListening, isPreface, parseInfo, type Counts } from './counts.ts';

/** What a tap tells while it runs. */
export interface Hearer {
  /** a piece of its stdout; what it throws ends the tap */
  data(piece: Buffer): void;
  /** a line of tcpdump's stderr, but for the counts that dbg asked for */
  says(line: string, kind: Kind): void;
}

/** News: it listens, or its counts at the end. A refusal: why it will not begin. A note: anything else while it runs. */
export type Kind = 'news' | 'refusal' | 'note';

/** A running tcpdump, whose packets dbg takes. */
export interface Tap {
  /** it listens, or has ended */
  readonly listening: Promise<void>;
  /** tcpdump's counts: the last that it told */
  counts(): Counts;
  /** Asks for newer ones. */
  ask(): void;
  pause(): void;
  resume(): void;
  /** Ends it when the packets that are there have come; at once when called again. */
  stop(): void;
  readonly ended: Promise<TapEnd>;
}

export interface TapEnd {
  readonly exitCode: number;
  readonly hasListened: boolean;
  /** what the entry script said (src/enter/entry-script.ts) */
  readonly report: string;
  /** tcpdump's last words that were neither counts nor news */
  readonly complaint: string;
}

/** Starts a tcpdump by an argv. */
export async function startTap(
  host: Host,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  hear: Hearer,
): Promise<Tap> {
  const { stdout, stderr, ended, signal } = await host.stream(argv, env);
  let counts = emptyCounts;
  let complaint = '';
  let answered = () => undefined as void;
  let listens = () => undefined as void;
  const listening = new Promise<void>((resolve) => (listens = resolve));
  let isOn = false;
  let isStopping = false;
  let failure: Error | undefined;

  stdout.on('data', (piece: Buffer) => {
    try {
      hear.data(piece);
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
    // In brackets it says the same once more.
    if (!isNews && !line.startsWith('(')) complaint = line;
    hear.says(line, isNews ? 'news' : isOn ? 'note' : 'refusal');
  });

  const ask = () => {
    // Before it listens it may be the entry script, which this signal would end.
    if (isOn) signal('SIGUSR1');
  };
  const told = () =>
    new Promise<void>((resolve) => {
      const deadline = setTimeout(resolve, STEP_MS);
      answered = () => (clearTimeout(deadline), resolve());
      ask();
    });
  /** What the kernel has counted and tcpdump has not is still in a block of the ring. */
  async function drained(): Promise<void> {
    for (let waited = 0; waited < RETIRE_MS; waited += STEP_MS) {
      await told();
      if (counts.received - counts.dropped <= counts.captured) return;
      await after(STEP_MS);
    }
  }
  async function end(): Promise<void> {
    if (isOn) await drained();
    signal('SIGINT');
    setTimeout(() => signal('SIGKILL'), PATIENCE_MS).unref();
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
    pause: () => stdout.pause(),
    resume: () => stdout.resume(),
    stop,
    ended: Promise.all([ended, closed]).then(([{ exitCode, report }]) => {
      listens();
      if (failure) throw failure;
      return { exitCode, report, complaint, hasListened: isOn };
    }),
  };
}

/** How long the kernel may keep packets of a quiet wire in a block of its ring: libpcap is asked for a second by tcpdump. */
const RETIRE_MS = 1_300;
const STEP_MS = 100;
/** For what came late to be written. */
const PATIENCE_MS = 5_000;

const after = (milliseconds: number) => new Promise<void>((resolve) => void setTimeout(resolve, milliseconds));

/**
 * Calls back for each line of a stream, the last one also without its end. Of one that was written over itself (with -v, "Got 7" each
 * second), it is what a terminal would show.
 */
function lines(stream: NodeJS.ReadableStream, hearLine: (line: string) => void): void {
  const hear = (line: string) => hearLine(line.replace(/^.*\r(?=.)/s, ''));
  let rest = '';
  stream.on('data', (piece: Buffer | string) => {
    const all = (rest + piece.toString()).split('\n');
    rest = all.pop() ?? '';
    all.forEach(hear);
  });
  stream.on('error', () => undefined);
  stream.on('end', () => {
    if (rest !== '') hear(rest);
  });
}

/** For a tap whose tcpdump said what is wrong. */
export const tapFailed = (name: string, { complaint, exitCode }: TapEnd): DbgError =>
  new DbgError(`${name}: ${complaint || `tcpdump ended with code ${exitCode}`}`, { exitCode });
