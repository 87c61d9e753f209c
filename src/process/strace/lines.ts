/** A line of strace's output, taken apart. */
export interface TraceLine {
  /** the PID of the process; undefined where strace names none, because it traces only one */
  readonly pid: number | undefined;
  readonly kind: 'begun' | 'resumed' | 'whole';
  /**
   * the call, signal or end, without PID and times; for a call that another process' line
   * interrupted, one part of it
   */
  readonly text: string;
}

// What strace(1) prints before a call, in this order:
// - the PID: "[pid 7] " on the terminal or "7 " with -o, followed by the process' name with -Y;
// - the time, with -t, -tt, -ttt or -r, or with -r beside one of the others;
// - the number of the call, with -n;
// - the instruction pointer, with -i.
const PID = /^(?:\[pid\s+(\d+)(?:<[^>]*>)?\] |(\d+)(?:<[^>]*>)?\s+(?=\S))/;
const TIME = /^\s*(?:\d+\.\d+|\d\d:\d\d:\d\d(?:\.\d+)?) (?:\(\+\s*\d+\.\d+\) )?/;
const NUMBER_AND_POINTER = /^(?:\[\s*\d+\] )?(?:\[[0-9a-f?]{8,}\] )?/;
/** the time spent in the call, printed by -T */
const DURATION = / <\d+\.\d+>$/;

const RESUMED = /^<\.\.\. \w+ resumed>/;
const UNFINISHED = / <unfinished \.\.\.>(?:\)\s+= \?)?$/;
/** the beginning of a call; a whole signal or stop; a whole end */
const EVENT = /^(?:[a-z_]\w*\(|--- .* ---$|\+\+\+ .* \+\+\+$)/;

/**
 * Takes a line apart. undefined for a line that is no event: strace's own messages, the stacks of
 * -k, output of the traced program.
 */
export function parseLine(line: string): TraceLine | undefined {
  const [prefix = '', onTerminal, inFile] = PID.exec(line) ?? [];
  const number = onTerminal ?? inFile;
  const pid = number === undefined ? undefined : Number(number);
  const text = line
    .slice(prefix.length)
    .replace(TIME, '')
    .replace(NUMBER_AND_POINTER, '')
    .replace(DURATION, '')
    .trimEnd();
  if (RESUMED.test(text)) {
    const rest = text.replace(RESUMED, '');
    return { pid, kind: UNFINISHED.test(rest) ? 'begun' : 'resumed', text: rest.replace(UNFINISHED, '') };
  }
  if (!EVENT.test(text)) return undefined;
  return UNFINISHED.test(text)
    ? { pid, kind: 'begun', text: text.replace(UNFINISHED, '') }
    : { pid, kind: 'whole', text };
}

/**
 * strace's message on stderr about a new process. It may come in the middle of a line:
 * `vfork(strace: Process 7 attached`.
 */
const ATTACHED = /^(.*?)strace: Process (\d+) attached$/;

/**
 * Reads such a message: the PID, and the beginning of the interrupted line, whose rest is the next
 * line. undefined for another line.
 */
export function parseAttached(line: string): { readonly before: string; readonly pid: number } | undefined {
  const [, before, pid] = ATTACHED.exec(line) ?? [];
  return before === undefined ? undefined : { before, pid: Number(pid) };
}
