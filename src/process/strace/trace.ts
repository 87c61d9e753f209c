import { parseAttached, parseLine, type TraceLine } from './lines.ts';

/** A system call, a signal, or the end of a process. */
export interface TraceEvent {
  /** the line of the file where the event begins, from 1 */
  readonly line: number;
  /** the line of its result; a later one, when lines of other processes came in between */
  readonly end: number;
  readonly text: string;
}

export interface TracedProcess {
  /** undefined when the trace does not name the PID */
  readonly pid: number | undefined;
  readonly events: readonly TraceEvent[];
}

interface Growing {
  pid: number | undefined;
  readonly events: TraceEvent[];
  /** a call that is not complete yet, because a line of another process interrupted it */
  begun: TraceEvent | undefined;
}

/**
 * Reads what strace wrote, with or without -f, by -o or from stderr: the events of each process.
 * The processes are in the order in which they were made.
 */
export function parseTrace(text: string): TracedProcess[] {
  const order: Growing[] = [];
  const living = new Set<Growing>();
  const heard = { first: new Set<number>(), later: new Set<number>() };
  const whose = (pid: number | undefined) => {
    const found = [...living].find((each) => each.pid === pid) ?? unnamed(living, pid, heard.later);
    if (found) return found;
    const made: Growing = { pid: pid ?? onlyUnseen(order, heard), events: [], begun: undefined };
    order.push(made);
    living.add(made);
    return made;
  };
  let before = '';
  for (const [index, raw] of text.split('\n').entries()) {
    const line = before + raw.replace(/\r$/, '');
    const attached = parseAttached(line);
    before = attached?.before ?? '';
    if (attached) (order.length === 0 ? heard.first : heard.later).add(attached.pid);
    const parsed = attached ? undefined : parseLine(line);
    if (parsed === undefined) continue;
    const its = whose(parsed.pid);
    add(its, parsed, index + 1);
    for (const pid of bornBy(its)) heard.later.add(pid);
    if (/^\+\+\+ (exited|killed)/.test(parsed.text)) living.delete(its);
  }
  for (const each of order) giveUp(each);
  // The kernel gives PIDs in ascending order (kernel/pid.c, idr_alloc_cyclic). So of two children
  // of a process, the first one made has the smaller PID, whichever ran first. At the highest PID
  // the kernel starts again from below.
  const first = order[0]?.pid ?? 0;
  const turn = ({ pid = 0 }: Growing) => (pid < first && heard.later.has(pid) ? pid + PID_MAX_LIMIT : pid);
  return order.toSorted((one, other) => turn(one) - turn(other));
}

/** The highest PID that Linux allows (include/linux/threads.h). */
const PID_MAX_LIMIT = 4_194_304;

/**
 * The PID of a process that strace's lines do not name, because it is the last one alive: the only
 * PID that strace announced and that has no line yet. undefined where there are several such PIDs,
 * or none.
 */
function onlyUnseen(
  order: readonly Growing[],
  heard: { readonly first: ReadonlySet<number>; readonly later: ReadonlySet<number> },
): number | undefined {
  const unseen = new Set([...heard.first, ...heard.later]);
  for (const { pid } of order) if (pid !== undefined) unseen.delete(pid);
  return unseen.size === 1 ? [...unseen][0] : undefined;
}

/**
 * The living process that strace's lines did not name. strace leaves the PID out while it traces
 * only one process. So a line without a PID is of that process, and so is the first line with a PID
 * that no traced process made.
 */
function unnamed(
  living: ReadonlySet<Growing>,
  pid: number | undefined,
  born: ReadonlySet<number>,
): Growing | undefined {
  const [first] = living;
  if (pid === undefined) return first;
  const nameless = [...living].find((each) => each.pid === undefined);
  if (nameless === undefined || born.has(pid)) return undefined;
  nameless.pid = pid;
  return nameless;
}

function add(its: Growing, { kind, text }: TraceLine, line: number): void {
  const { begun } = its;
  if (kind === 'begun') its.begun = begun ? { ...begun, text: begun.text + text } : { line, end: line, text };
  else if (kind === 'whole') {
    if (text.startsWith('+++')) giveUp(its);
    its.events.push({ line, end: line, text });
  } else {
    // Resumed without a beginning: strace attached while the call was in progress.
    its.events.push({ line: begun?.line ?? line, end: line, text: `${begun?.text ?? '…'}${text}` });
    its.begun = undefined;
  }
}

/** Ends a call that never returned: its process ended during the call, or the trace did. */
function giveUp(its: Growing): void {
  if (its.begun) its.events.push({ ...its.begun, text: `${its.begun.text} <unfinished ...>` });
  its.begun = undefined;
}

/** The PID of the child that the last call made, as a list of one or none. */
function bornBy({ events }: Growing): number[] {
  const pid = /^(?:clone3?|v?fork)\(.*\)\s+= (\d+)/.exec(events.at(-1)?.text ?? '')?.[1];
  return pid === undefined ? [] : [Number(pid)];
}
