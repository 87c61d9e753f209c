import type { Cut } from '../../network/cut/cut-plan.ts';
import { hostEndMoved } from '../../network/cut/moved.ts';
import { parseMark } from '../../network/cut/mark.ts';
import { parseDev } from '../../proc/net.ts';
import { constants } from 'node:os';
import type { Context } from '../../context.ts';
import { enterable, type Target } from '../../enter/target.ts';
import { parseStartTime } from '../../proc/pid/stat.ts';
import { DbgError, EXIT } from '../../errors.ts';
import type { End, MadeCut, MadeCuts } from '../../network/cut/make.ts';
import { containerNetwork, type ContainerNetwork } from '../../network/interfaces.ts';
import { endpointsOf } from '../../network/sharing.ts';
import { escapeControls } from '../../text.ts';

interface Waiting {
  readonly signal: Promise<NodeJS.Signals>;
  /** when the cut is to be over, by the context's clock */
  readonly until: number;
  /**
   * Cuts what of the container is not cut now, because it was restarted or has another interface.
   * Resolves with the cuts that were made, or with a text that says why that is not possible.
   */
  again(network: ContainerNetwork): Promise<MadeCuts | string>;
}

/** What is said for each way in which a cut can end before its time. */
const WORDS: Readonly<Record<Exclude<End, 'kept' | 'undone' | 'ended'>, string>> = {
  killed: 'is back: dbg itself undid the cut, as its guard was killed or stopped',
  replaced: 'was cut anew meanwhile, and that cut stays: see dbg veth --status',
  restored: 'was brought back meanwhile: by dbg veth --up, or --restore-all',
  lifted: 'is back before its time: somebody set its link up, or the kernel refused its rules',
};

/** What is said at the end of a cut whose interface the container does not have any more. */
const WITHOUT_INTERFACE = 'is not cut any more, and has no interface now that was cut';

/**
 * How long a container may take from its end to its next start. `docker restart` starts it at once.
 */
const RESTART_MS = 3_000;
const LOOK_MS = 500;

/**
 * Waits for the end of a cut with a time limit. The end is the time, a signal, or the end of the
 * container, whose devices go with it. The cut follows the container: an interface that it gets
 * anew, by a connection or a restart, is cut for the time that is left.
 *
 * When it returns, the cut is undone. Resolves with the exit code: 128+n after signal n, and that
 * of a failure when the cut did not last for its time.
 */
export async function waitForEnd(ctx: Context, target: Target, made: MadeCuts, waiting: Waiting): Promise<number> {
  const { id, name } = target.container;
  const countdown = showCountdown(ctx, waiting.until);
  const say = (text: string) => {
    countdown.clear();
    ctx.stderr.write(`dbg: ${escapeControls(`${name} ${text}`)}\n`);
  };
  const cuts = gathered(say);
  cuts.add(made);
  let now = target;
  let names = deviceNames(ctx, now);
  let [isOld, isBare, looksWithout, lost] = [false, false, 0, Infinity];
  const isBack = () => (isBare ? WITHOUT_INTERFACE : 'is back');
  const finish = async (text: string, code: number) => {
    await cuts.undo();
    const isReplaced = (await cuts.ends()).includes('replaced');
    say(isReplaced ? WORDS.replaced : text);
    return isReplaced && code === 0 ? EXIT.failed : code;
  };
  try {
    for (;;) {
      const signal = await Promise.race([waiting.signal, cuts.news(), after(LOOK_MS)]);
      if (signal !== undefined) return await finish(isBack(), 128 + constants.signals[signal]);
      const ends = await cuts.ends();
      const early = ends.find((end): end is keyof typeof WORDS => end in WORDS);
      if (early !== undefined) return await finish(WORDS[early], EXIT.failed);
      if (ends.includes('undone') || ctx.clock() > waiting.until) return await finish(isBack(), 0);
      isOld ||= ends.includes('ended') || !isAlive(ctx, now) || deviceNames(ctx, now) !== names;
      if (!isOld) continue;

      const container = await (await ctx.engine()).inspect(id).catch(() => now.container);
      if (container === undefined) return await finish('has ended, and its device with it', 0);
      lost = Math.min(lost, ctx.clock());
      const isOver = ctx.clock() > lost + RESTART_MS;
      if (container.state.pid === 0 || (!isAlive(ctx, now) && container.state.pid === now.container.state.pid)) {
        if (isOver && container.state.status !== 'restarting')
          return await finish('has ended, and its device with it', 0);
        continue;
      }
      try {
        const isRestarted = container.state.pid !== now.container.state.pid;
        now = enterable(ctx.host, container, ctx.now());
        names = deviceNames(ctx, now);
        const endpoints = await endpointsOf(await ctx.engine(), container);
        const network = await containerNetwork(ctx.host, now, endpoints);
        const more = await waiting.again(network);
        if (typeof more === 'string') return await finish(`is back before its time: ${more}`, EXIT.failed);
        cuts.add(more);
        const [moved, others] = [more.each.filter(isMoved), more.each.filter((each) => !isMoved(each))];
        for (const { cut } of moved) say(movedText(cut));
        const devices = others.map(({ cut }) => cut.interface.inside.name).join(', ');
        if (others.length > 0)
          say(isRestarted ? `was restarted: ${devices} is cut again` : `has a new ${devices}: it is cut too`);
        // A device that is removed has gone a moment before its guard says so: one that was moved
        // is still missing at the next look.
        looksWithout = cuts.isEmpty() || cuts.some(({ cut }) => isIn(network, cut)) ? 0 : looksWithout + 1;
        if (looksWithout === 2) say('does not have the cut interface any more: it was moved out of the container');
        if (cuts.isEmpty() && !isBare) say('has no interface left to cut: if it gets one in time, dbg cuts it');
        isBare = cuts.isEmpty() || looksWithout > 1;
        // A device that is down has its name already, before it counts as an interface. So the
        // names do not show when it is set up, and dbg goes on looking while there is no interface
        // to cut.
        [isOld, lost] = [isBare || looksWithout > 0, Infinity];
      } catch (error) {
        if (!(error instanceof DbgError)) throw error;
        if (!isOver) continue;
        const why = `"${name}" is back before its time, as it cannot be cut any more: ${error.message}`;
        throw new DbgError(why, { cause: error, next: error.next });
      }
    }
  } catch (error) {
    await cuts.undo();
    throw error;
  } finally {
    countdown.end();
  }
}

/**
 * Whether the host end has the mark of this cut already: the cut was made before the host end was
 * moved.
 */
const isMoved = ({ cut: { interface: each, mark } }: MadeCut) => parseMark(each.device?.alias ?? '')?.id === mark.id;

function movedText({ interface: each }: Cut): string {
  return `is still cut, ${each.at.side === 'own' ? 'at its own end' : 'there'}: ${hostEndMoved(each)}`;
}

/** Whether a container has the interface of a cut: another one may have its index by now. */
const isIn = ({ interfaces }: ContainerNetwork, { interface: { inside } }: Cut): boolean =>
  interfaces.some((each) => each.inside.ifindex === inside.ifindex && each.inside.mac === inside.mac);

/** Gathers all cuts that were made so far. */
function gathered(say: (text: string) => void) {
  const all: MadeCuts[] = [];
  const open = new Set<MadeCut>();
  let ended: MadeCut[] = [];
  let tell = () => undefined as void;
  const add = (each: MadeCut) => {
    const { inside } = each.cut.interface;
    each.onEvent(() =>
      say(`was not cut for a moment: ${inside.name} had lost its rules, or its device was renamed; it is cut again`),
    );
    open.add(each);
    const end = () => {
      open.delete(each);
      ended.push(each);
      tell();
    };
    each.end.then(end, end);
  };
  return {
    add: (made: MadeCuts) => {
      all.push(made);
      made.each.forEach(add);
    },
    isEmpty: () => open.size === 0,
    some: (isMeant: (made: MadeCut) => boolean) => [...open].some(isMeant),
    /** Resolves when a cut ends. */
    news: () => new Promise<undefined>((resolve) => (tell = () => resolve(undefined))),
    /**
     * How the cuts ended that have ended since the last call. Throws a DbgError when one of them
     * stays.
     */
    ends: (): Promise<End[]> => {
      const since = ended;
      ended = [];
      return Promise.all(since.map(({ end }) => end));
    },
    undo: async () => void (await Promise.all(all.map((made) => made.undo()))),
  };
}

const isAlive = ({ host }: Context, { pid, startTime }: Target): boolean =>
  parseStartTime(host.read(`/proc/${pid}/stat`)) === startTime;

/**
 * The names of the devices in a process's network (proc_pid_net(5)): a cheap way to notice a new
 * device.
 */
function deviceNames({ host }: Context, { pid }: Target): string {
  return [...parseDev(host.read(`/proc/${pid}/net/dev`) ?? '').keys()].join('\n');
}

const after = (milliseconds: number) =>
  new Promise<undefined>((resolve) => void setTimeout(() => resolve(undefined), milliseconds));

/**
 * Shows the time that is left, in one line of a terminal. Where stderr is no terminal, it shows
 * nothing.
 */
function showCountdown({ stderr, clock }: Context, until: number): { clear(): void; end(): void } {
  if (!stderr.isTTY) return { clear: () => undefined, end: () => undefined };
  const show = () =>
    stderr.write(`\r\u001b[Kdbg: back in ${Math.max(0, Math.ceil((until - clock()) / 1000))} s (Ctrl-C: now)`);
  show();
  const timer = setInterval(show, 1000);
  const clear = () => stderr.write('\r\u001b[K');
  return {
    clear,
    end: () => {
      clearInterval(timer);
      clear();
    },
  };
}
