import type { Context } from '../../context.ts';
import { DbgError, errorMessage, usageError } from '../../errors.ts';
import { firstDifference, type Difference } from '../../process/strace/difference.ts';
import { parseTrace, type TracedProcess, type TraceEvent } from '../../process/strace/trace.ts';
import { escapeControls, shellQuote } from '../../text.ts';
import { json } from '../../ui/table.ts';

/** The exit code when the traces differ, as diff(1) has it; 0 when they do not. */
const DIFFERENT = 1;

/** `dbg strace --diff A B`: prints where two traces part. Gives the exit code. */
export function showDifference(ctx: Context, files: readonly string[], wantsJson: boolean): number {
  const [one, other, ...more] = files;
  if (one === undefined || other === undefined || more.length > 0) throw notTwo(files.length);
  const runs = [readTrace(ctx, one), readTrace(ctx, other)] as const;
  const difference = firstDifference(...runs);
  const names = [one, other] as const;
  if (wantsJson) ctx.stdout.write(json(differenceRecord(names, difference)));
  else ctx.stdout.write(difference ? differenceText(names, difference) : sameText(runs[0]));
  return difference ? DIFFERENT : 0;
}

/** The largest trace that is read: about two million calls. Both traces are in memory at once. */
const MOST_BYTES = 256 << 20;

function readTrace({ host }: Context, file: string): TracedProcess[] {
  let text: string;
  try {
    text = host.readWhole(file, MOST_BYTES);
  } catch (cause) {
    throw new DbgError(`${file} cannot be read: ${errorMessage(cause)}`, {
      cause,
      next: [{ what: 'see', command: `ls -l ${shellQuote(file)}` }],
    });
  }
  const processes = parseTrace(text);
  if (processes.length > 0) return processes;
  throw new DbgError(`there is no system call in ${file}: it is not what strace prints`, {
    next: [{ what: 'make one', command: `dbg strace CTR -o ${shellQuote(file)} -- CMD` }],
  });
}

function notTwo(count: number): DbgError {
  return usageError(`--diff compares two traces, not ${count}`, [
    { what: 'the good one first', command: 'dbg strace --diff good.trace bad.trace' },
  ]);
}

/**
 * The object that `--diff --json` prints. The keys are documented in docs/strace.md and must not
 * change.
 */
function differenceRecord(files: readonly [string, string], difference: Difference | undefined) {
  if (difference === undefined) return { files, differ: false };
  const { process, pids, commonCount, common, next } = difference;
  return {
    files,
    differ: true,
    process,
    pids: pids.map((pid) => pid ?? null),
    common_calls: commonCount,
    common: common.map(eventRecord),
    next: next.map((event) => (event ? eventRecord(event) : null)),
  };
}

const eventRecord = ({ line, text }: TraceEvent) => ({ line, call: text });

/**
 * The common calls, then what each side does next, marked as diff(1) does. The calls are as they
 * stand in the files.
 */
function differenceText(files: readonly [string, string], { process, pids, common, next }: Difference): string {
  const where = files.map((file, at) => {
    const line = next[at] ? `${file}:${next[at].line}` : file;
    return pids[at] === undefined ? line : `${line}, pid ${pids[at]}`;
  });
  const said = (event: TraceEvent | undefined, file: string) => event?.text ?? `(nothing more in ${file})`;
  const lines = [
    `process ${process} differs from here on (${where.join('; ')}):`,
    ...common.map(({ text }) => `  ${text}`),
    ...files.map((file, at) => `${'<>'[at]} ${said(next[at], file)}`),
  ];
  return lines.map((line) => `${escapeControls(line)}\n`).join('');
}

function sameText(processes: readonly TracedProcess[]): string {
  const calls = processes.reduce((sum, { events }) => sum + events.length, 0);
  const of = processes.length === 1 ? 'one process' : `${processes.length} processes`;
  return `no difference in ${calls} lines of ${of}\n`;
}
