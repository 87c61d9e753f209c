import type { Context } from '../../context.ts';
import { lineReader } from '../../line-reader.ts';
import { escapeControls } from '../../text.ts';

/** A verb that several engines are asked at once. */
export interface Round {
  readonly names: readonly string[];
  /** dbg's own words for one of them */
  readonly argsFor: (name: string) => readonly string[];
  /** `document`: one JSON value; `lines`: a JSON value in each line; `text`: for people */
  readonly form: 'document' | 'lines' | 'text';
  readonly onLine: (name: string, line: string) => void;
  /** With `document`: all that one engine gave. */
  readonly onDocument: (name: string, text: string) => void;
}

/** In characters: a line of a table, or of JSON that describes one container. */
const MOST_LINE = 4 << 20;
const MOST_DOCUMENT = 256 << 20;

/**
 * Runs dbg for each context, all side by side, each as a dbg of its own: one that hangs or fails is
 * waited for by nobody else. What they say on stderr is told with the name of the context. Gives
 * the highest exit code.
 */
export async function askSeveral(ctx: Context, round: Round): Promise<number> {
  const signals = ctx.host.signalled();
  let interrupted: NodeJS.Signals | undefined;
  const runs = await Promise.all(round.names.map((name) => start(ctx, name, round)));
  void signals.first.then((signal) => {
    interrupted = signal;
    runs.forEach((run) => run.signal(signal));
  });
  const codes = await Promise.all(runs.map(({ ended }) => ended));
  signals.stop();
  // Each was told to end, and ended as it does.
  if (interrupted !== undefined) return Math.max(...codes);
  return codes.some((code) => code !== 0) ? 1 : 0;
}

async function start(ctx: Context, name: string, { argsFor, form, onLine, onDocument }: Round) {
  const { stdout, stderr, ended, signal } = await ctx.host.stream([...ctx.self, ...argsFor(name)]);
  const head = `${escapeControls(name)}: `;
  const said = lineReader((line) => ctx.stderr.write(`${head}${line}\n`), { most: MOST_LINE });
  stderr.on('data', said.add).on('end', said.end);
  let document = '';
  const lines = lineReader((line) => onLine(name, line), { most: MOST_LINE });
  stdout.on('data', (piece: Buffer) => {
    if (form !== 'document') lines.add(piece);
    else if (document.length < MOST_DOCUMENT) document += piece.toString();
  });
  stdout.on('end', lines.end);
  return {
    signal,
    ended: ended.then(({ exitCode }) => {
      if (form === 'document') onDocument(name, document);
      return exitCode;
    }),
  };
}
