import { parseAttached, parseLine, type TraceLine } from './lines.ts';

/** A system call, a signal, or an end. */
export interface TraceEvent {
  /** where it begins in the file, from 1 */
  readonly line: number;
  /** where its result stands: further down, when other processes' lines came in between */
  readonly end: number;
  readonly text: string;
}

export interface TracedProcess {
  /** undefined when the trace does not name it */
  readonly pid: number | undefined;
  readonly events: readonly TraceEvent[];
}

interface Growing {
  pid: number | undefined;
  readonly events: TraceEvent[];
  /** a call that another process' line has interrupted */
  begun: TraceEvent | undefined;
}

/** Reads what strace wrote, with or without -f, by -o or from stderr: the processes in the order in which they were made, each with its events. */
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
  // The kernel counts up (kernel/pid.c, idr_alloc_cyclic): of two children, the first one that a process made has the smaller number,
  // whichever came to run first; and at its end, begins from below again.
  const first = order[0]?.pid ?? 0;
  const turn = ({ pid = 0 }: Growing) => (pid < first && heard.later.has(pid) ? pid + PID_MAX_LIMIT : pid);
  return order.toSorted((one, other) => turn(one) - turn(other));
}

/** include/linux/threads.h */
const PID_MAX_LIMIT = 4_194_304;

/** The one process that was announced and has no line yet: as the last that lives, it is not named in its lines. */
function onlyUnseen(
  order: readonly Growing[],
  heard: { readonly first: ReadonlySet<number>; readonly later: ReadonlySet<number> },
): number | undefined {
  const unseen = new Set([...heard.first, ...heard.later]);
  for (const { pid } of order) if (pid !== undefined) unseen.delete(pid);
  return unseen.size === 1 ? [...unseen][0] : undefined;
}

/**
 * strace leaves the pid out while there is one process only. A line without is that one's; and the first pid that nobody brought into
 * the world is the one of the process that had none.
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
    // Resumed without a beginning: strace was attached in between.
    its.events.push({ line: begun?.line ?? line, end: line, text: `${begun?.text ?? '…'}${text}` });
    its.begun = undefined;
  }
}

/** A call that never came back: its process was ended in it, or the trace was. */
function giveUp(its: Growing): void {
  if (its.begun) its.events.push({ ...its.begun, text: `${its.begun.text} <unfinished ...>` });
  its.begun = undefined;
}

/** The child that the last call has made. */
function bornBy({ events }: Growing): number[] {
  const pid = /^(?:clone3?|v?fork)\(.*\)\s+= (\d+)/.exec(events.at(-1)?.text ?? '')?.[1];
  return pid === undefined ? [] : [Number(pid)];
}
