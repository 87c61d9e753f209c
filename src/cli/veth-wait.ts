import { constants } from 'node:os';
import type { Container } from '../engine/container.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../errors.ts';
import type { End, MadeCuts } from '../network/cut/make.ts';
import { escapeControls } from '../text.ts';

interface Waiting {
  readonly signal: Promise<NodeJS.Signals>;
  readonly milliseconds: number | undefined;
}

const WORDS: Readonly<Record<End, string>> = {
  undone: 'is back',
  killed: 'is back, but not by its guard: that was killed or stopped',
  replaced: 'was cut anew meanwhile, and that cut stays: see dbg veth --status',
  ended: 'has no such device any more: it was disconnected',
};

/**
 * Waits for the end of a cut that is to last for a time: that time, a signal, or the end of the container, whose devices go with it.
 * Gives the exit code: 128+n after signal n. When it returns, the cut is undone.
 */
export async function waitForEnd(
  ctx: Context,
  container: Container,
  made: MadeCuts,
  waiting: Waiting,
): Promise<number> {
  const name = escapeControls(container.name);
  const countdown = showCountdown(ctx, waiting.milliseconds ?? 0);
  let stopWatching = () => undefined as void;
  const engine = await ctx.engine();
  const died = new Promise<'died'>((resolve) => {
    stopWatching = engine.watch(container.id, ({ action }) => action === 'die' && resolve('died'));
  });
  try {
    const over = made.over(waiting.milliseconds ?? 0);
    const why = await Promise.race([over.then(() => 'over' as const), waiting.signal, died]);
    const end = await (why === 'over' ? over : made.undo());
    countdown.end();
    ctx.stderr.write(`dbg: ${name} ${why === 'died' ? 'has ended, and its device with it' : WORDS[end]}\n`);
    if (why === 'over') return end === 'killed' ? EXIT.failed : 0;
    return why === 'died' ? 0 : 128 + constants.signals[why];
  } finally {
    countdown.end();
    stopWatching();
  }
}

/** The time that is left, in one line of a terminal; elsewhere nothing. */
function showCountdown({ stderr, now }: Context, milliseconds: number): { end(): void } {
  if (!stderr.isTTY) return { end: () => undefined };
  const end = now() + milliseconds;
  const show = () =>
    stderr.write(`\r\u001b[Kdbg: back in ${Math.max(0, Math.ceil((end - now()) / 1000))} s (Ctrl-C: now)`);
  show();
  const timer = setInterval(show, 1000);
  let isShown = true;
  return {
    end: () => {
      clearInterval(timer);
      if (isShown) stderr.write('\r\u001b[K');
      isShown = false;
    },
  };
}
