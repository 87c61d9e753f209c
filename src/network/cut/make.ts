import { DbgError, errorMessage } from '../../errors.ts';
import type { Held, Host } from '../../host/host.ts';
import { shellQuote } from '../../text.ts';
import { forget, note } from './notes.ts';
import { cutArgv, undoArgv, type Cut, type DevicePoint } from './plan.ts';

/** Cuts that are in force, each with a guard that undoes it when its time is over or dbg is gone. */
export interface MadeCuts {
  /** They stay, on purpose: their guards end. */
  keep(): Promise<void>;
  /** Undoes them now. Throws a DbgError when one stays. */
  undo(): Promise<End>;
  /** Resolves when their time is over and they are undone. Throws as `undo`. */
  over(milliseconds: number): Promise<End>;
}

/**
 * How cuts ended. undone: as they should; killed: a guard was killed, or stood still, and dbg undid its cut; replaced: somebody cut a
 * device anew, and that cut stays; ended: the devices have.
 */
export type End = 'killed' | 'replaced' | 'undone' | 'ended';

/** A guard that was stopped (SIGSTOP) is waited for so long; what it does takes a tenth of a second, and longer on a busy machine. */
const PATIENCE_MS = 5_000;

/** A guard waits 5 s for the lock, and says something soon after; one that does not was stopped. */
const SILENCE_MS = 15_000;

/** Makes cuts: all or none. Throws a DbgError when one fails; then those that were made are undone. */
export async function makeCuts(host: Host, cuts: readonly Cut[]): Promise<MadeCuts> {
  const guards = cuts.map((cut) => ({ cut, held: host.hold(cutArgv(host, cut)) }));
  const timer = setTimeout(() => guards.forEach(({ held }) => held.kill()), SILENCE_MS);
  const answers = await Promise.all(guards.map(({ held }) => held.said)).finally(() => clearTimeout(timer));
  const undo = async () => {
    guards.forEach(({ held }) => held.release());
    return over(host, guards, 0);
  };
  const failed = answers.findIndex((answer) => answer !== 'ok');
  if (failed >= 0) {
    await undo();
    throw failure(cuts[failed]!, answers[failed]!);
  }
  try {
    for (const { interface: each, alias } of cuts) note(host, each.at, alias);
  } catch (error) {
    await undo();
    throw error;
  }
  return {
    undo,
    over: (milliseconds) => over(host, guards, milliseconds),
    keep: async () => {
      guards.forEach(({ held }) => held.release('keep'));
      await Promise.all(guards.map(({ held }) => held.ended));
    },
  };
}

interface Guarded {
  readonly cut: Cut;
  readonly held: Held;
}

/** A guard that does not say what has become of its cut was killed, or could not undo it: then it is undone from here. */
async function over(host: Host, guards: readonly Guarded[], milliseconds: number): Promise<End> {
  const timer = setTimeout(() => guards.forEach(({ held }) => held.kill()), milliseconds + PATIENCE_MS);
  const said = await Promise.all(guards.map(({ held }) => held.ended)).finally(() => clearTimeout(timer));
  const ends = said.map((text) => /^(undone|replaced|ended|gone|locked)$/m.exec(text)?.[1]);
  const left = guards.filter((_, at) => ends[at] === undefined);
  await undoCuts(
    host,
    left.map(({ cut }) => cut.interface.at),
    false,
  );
  for (const { cut } of guards) forget(host, cut.interface.at, cut.alias);
  if (left.length > 0) return 'killed';
  return (['replaced', 'undone'] as const).find((end) => ends.includes(end)) ?? 'ended';
}

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

/** Takes every cut of dbg's off devices. Throws a DbgError when one stays, having tried all. */
export async function undoCuts(host: Host, points: readonly DevicePoint[], isUp: boolean): Promise<void> {
  const outcomes = await Promise.allSettled(points.map((at) => host.output(undoArgv(host, at, isUp))));
  const left = points.filter((_, at) => outcomes[at]!.status === 'rejected');
  for (const at of points) if (!left.includes(at)) forget(host, at);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return;
  throw new DbgError(
    `what dbg did to ${left.map(({ device }) => device.name).join(' and ')} could not be undone: ${errorMessage(failed.reason)}`,
    { cause: failed.reason, next: [{ what: 'once more', command: 'dbg veth --restore-all' }] },
  );
}
