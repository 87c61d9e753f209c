import { DbgError, errorMessage } from '../../errors.ts';
import type { Held, Host } from '../../host/host.ts';
import { shellQuote } from '../../text.ts';
import { forget, note } from './cut-notes.ts';
import { cutArgv, undoArgv, type Cut } from './cut-plan.ts';
import type { DevicePoint } from '../netns-path.ts';

/**
 * Cuts that are in force. Each has a guard that undoes it when its time is over or dbg has gone.
 */
export interface MadeCuts {
  readonly each: readonly MadeCut[];
  /** Lets the cuts stay, on purpose: their guards no longer need dbg. */
  keep(): Promise<void>;
  /** Undoes the cuts now. Throws a DbgError when one of them stays. */
  undo(): Promise<void>;
}

export interface MadeCut {
  readonly cut: Cut;
  /** Resolves when the cut is over. Throws a DbgError when it should be over and stays. */
  readonly end: Promise<End>;
  /**
   * Calls back each time that the guard made the cut anew, because its rules or the device's name
   * had gone.
   */
  onEvent(remade: () => void): void;
}

/**
 * How a cut ended for its guard, in the words of cut.sh:
 * - kept: the cut stays
 * - undone: the guard undid it, as it should
 * - killed: the guard was killed or stood still, and dbg undid the cut
 * - replaced: somebody cut the device anew
 * - restored: dbg's own --up undid it
 * - lifted: somebody set the link up, or the kernel refused to make the cut anew
 * - ended: the device has left its namespace
 */
export type End = 'kept' | 'undone' | 'killed' | 'replaced' | 'restored' | 'lifted' | 'ended';

/**
 * After how long dbg looks whether somebody stopped a guard (SIGSTOP). What a guard does takes
 * 0.1 s.
 */
const PATIENCE_MS = 5_000;

/**
 * How long a guard that was not stopped may take: the machine may be busy, and somebody may hold
 * what the guard waits for.
 */
const LONG_PATIENCE_MS = 60_000;

/**
 * Makes all of the cuts or none. Throws a DbgError when one fails; the cuts that were made by then
 * are undone.
 */
export async function makeCuts(host: Host, cuts: readonly Cut[]): Promise<MadeCuts> {
  const guards = cuts.map((cut) => ({ cut, held: host.hold(cutArgv(host, cut)) }));
  await within(guards, ({ said }) => said);
  const answers = await Promise.all(guards.map(({ held }) => held.said));
  const each = guards.map(({ cut, held }, at) => {
    const end = answers[at] === 'ok' ? endOf(host, cut, held) : held.ended.then(() => 'undone' as const);
    end.catch(() => undefined); // no unhandled rejection before somebody awaits the end
    return { cut, end, onEvent: (remade: () => void) => held.onEvent((line) => void (line === 'remade' && remade())) };
  });
  const undo = async () => {
    guards.forEach(({ held }) => held.release());
    await within(guards, ({ ended }) => ended);
    await Promise.all(each.map(({ end }) => end));
  };
  const failed = answers.findIndex((answer) => answer !== 'ok');
  if (failed >= 0) {
    await undo();
    const left = cuts.filter((_, at) => /^(failed .*)?$/.test(answers[at]!));
    await undoCuts(
      host,
      left.map(({ interface: { at } }) => at),
      false,
    );
    throw failure(cuts[failed]!, answers[failed]!);
  }
  try {
    for (const {
      interface: { at },
      alias,
    } of cuts)
      note(host, at, alias);
  } catch (error) {
    await undo();
    throw error;
  }
  return {
    each,
    undo,
    keep: async () => {
      guards.forEach(({ held }) => held.release('keep'));
      await within(guards, ({ ended }) => ended);
      const ends = await Promise.all(each.map(({ end }) => end));
      if (!ends.includes('killed')) return;
      await Promise.all(each.map(({ cut }) => undoCuts(host, [cut.interface.at], false)));
      throw new DbgError('a guard was killed or stopped before the cut was whole: it is undone');
    },
  };
}

interface Guarded {
  readonly cut: Cut;
  readonly held: Held;
}

/**
 * Waits until all guards have reached a point. A guard that was stopped is killed, and not waited
 * for.
 */
async function within(guards: readonly Guarded[], what: (held: Held) => Promise<unknown>) {
  const stopWatching = guards.map(({ held }) => killWhenStopped(held, 0));
  await Promise.all(guards.map(({ held }) => what(held))).finally(() => stopWatching.forEach((stop) => stop()));
}

/**
 * Watches a guard that should end in so many milliseconds. It is killed when it was stopped, or
 * when it takes much longer. Returns a function that ends the watch.
 */
function killWhenStopped(held: Held, milliseconds: number): () => void {
  let timer = setTimeout(look, milliseconds + PATIENCE_MS);
  const last = setTimeout(() => held.kill(), milliseconds + LONG_PATIENCE_MS);
  function look() {
    if (held.isStopped()) held.kill();
    else timer = setTimeout(look, PATIENCE_MS);
  }
  return () => {
    clearTimeout(timer);
    clearTimeout(last);
  };
}

/**
 * How a cut ended. A guard that does not say so was killed, or could not undo its cut. Then the cut
 * is undone from here.
 */
async function endOf(host: Host, cut: Cut, held: Held): Promise<End> {
  const {
    milliseconds,
    interface: { at },
  } = cut;
  const stopWatching = milliseconds === undefined ? () => undefined : killWhenStopped(held, milliseconds);
  const said = await held.ended.finally(stopWatching);
  if (/^kept$/m.test(said)) return 'kept';
  const end = /^(undone|replaced|restored|lifted|ended)$/m.exec(said)?.[1] as End | undefined;
  if (end === undefined) await undoCuts(host, [at], false);
  forget(host, at, cut.alias);
  return end ?? 'killed';
}

/**
 * What the undoing of a cut takes away, in the words of `clear` in device.sh: only what the kernel
 * had.
 */
const TAKEN = ['table', 'qdisc', 'link', 'mark'] as const;
export type Taken = (typeof TAKEN)[number];

function failure(cut: Cut, answer: string): DbgError {
  const { name } = cut.interface.target.container;
  const { device } = cut.interface.at;
  const why = answer.replace(/^failed /, '');
  const former = cut.interface.mark?.what;
  const left =
    former === undefined ? 'nothing is left of it' : `nothing is left of it, nor of the cut before (${former})`;
  if (answer === 'gone') {
    return new DbgError(
      `"${name}" was restarted or reconnected just now: ${device.name} is not its device any more; nothing done`,
      {
        next: [{ what: 'look again', command: `dbg veth ${shellQuote(name)}` }],
      },
    );
  }
  if (answer === 'locked') {
    return new DbgError(
      `another dbg is making or undoing a cut, and has not finished: ${device.name} is left as it is`,
      { next: [{ what: 'which one', command: 'sudo fuser -v /proc/1/environ' }] },
    );
  }
  if (/qdisc kind is unknown|Unknown qdisc/i.test(why)) {
    return new DbgError(`this host's kernel has no netem, which --delay needs; ${left}`, {
      next: [{ what: 'load it, where it is a module', command: 'sudo modprobe sch_netem' }],
    });
  }
  return new DbgError(`the cut of ${device.name} failed: ${why || 'its guard was killed or stopped'}; ${left}`, {
    next: [{ what: 'see what is cut', command: 'dbg veth --status' }],
  });
}

/**
 * Takes all of dbg's cuts off devices. Tries every device, then throws a DbgError when a cut stays.
 * @param tell called back for each device whose cuts are undone, with what was taken away: nothing
 *   when another dbg was first
 */
export async function undoCuts<Point extends DevicePoint>(
  host: Host,
  points: readonly Point[],
  isUp: boolean,
  tell: (at: Point, taken: readonly Taken[]) => void = () => undefined,
): Promise<void> {
  const outcomes = await Promise.allSettled(points.map((at) => host.output(undoArgv(host, at, isUp))));
  const left = points.filter((_, at) => outcomes[at]!.status === 'rejected');
  points.forEach((at, index) => {
    const outcome = outcomes[index]!;
    if (outcome.status === 'rejected') return;
    forget(host, at);
    tell(
      at,
      TAKEN.filter((what) => outcome.value.split(/\s/).includes(what)),
    );
  });
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return;
  throw new DbgError(
    `what dbg did to ${left.map(({ device }) => device.name).join(' and ')} could not be undone: ${errorMessage(failed.reason)}`,
    { cause: failed.reason, next: [{ what: 'once more', command: 'dbg veth --restore-all' }] },
  );
}
