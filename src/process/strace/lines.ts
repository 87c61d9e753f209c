/** A line of strace's output, taken apart. */
export interface TraceLine {
  /** which process it is of; undefined where strace names none, as there is one only */
  readonly pid: number | undefined;
  readonly kind: 'begun' | 'resumed' | 'whole';
  /** the call, signal or end as it stands, less pid and times; of a call that was interrupted by another process' line, its part */
  readonly text: string;
}

// What strace(1) prints before a call: "[pid 7] " on the terminal or "7 " with -o, with the name behind it by -Y; -t, -tt, -ttt or -r; -r
// beside one of those; -n; -i.
const PID = /^(?:\[pid\s+(\d+)(?:<[^>]*>)?\] |(\d+)(?:<[^>]*>)?\s+(?=\S))/;
const TIME = /^\s*(?:\d+\.\d+|\d\d:\d\d:\d\d(?:\.\d+)?) (?:\(\+\s*\d+\.\d+\) )?/;
const NUMBER_AND_POINTER = /^(?:\[\s*\d+\] )?(?:\[[0-9a-f?]{8,}\] )?/;
/** the time in the call, by -T */
const DURATION = / <\d+\.\d+>$/;

const RESUMED = /^<\.\.\. \w+ resumed>/;
const UNFINISHED = / <unfinished \.\.\.>(?:\)\s+= \?)?$/;
/** a call, a signal or a stop, an end */
const EVENT = /^(?:[a-z_]\w*\(|--- .* ---$|\+\+\+ .* \+\+\+$)/;

/** Undefined for what is no event: strace's own messages, stacks of -k, what the traced program printed in between. */
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

/** strace says this on stderr the moment it happens, in the middle of a line too: `vfork(strace: Process 7 attached`. */
const ATTACHED = /^(.*?)strace: Process (\d+) attached$/;

/** A new process is announced, behind the beginning of a line whose rest is the next one. */
export function parseAttached(line: string): { readonly before: string; readonly pid: number } | undefined {
  const [, before, pid] = ATTACHED.exec(line) ?? [];
  return before === undefined ? undefined : { before, pid: Number(pid) };
}
