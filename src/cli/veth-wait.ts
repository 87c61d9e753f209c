import { constants } from 'node:os';
import type { Container } from '../engine/container.ts';
import type { Context } from '../context.ts';
import type { MadeCuts } from '../network/cut/make.ts';
import { escapeControls } from '../text.ts';

interface Waiting {
  readonly signal: Promise<NodeJS.Signals>;
  readonly milliseconds: number | undefined;
}

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
    const why = await Promise.race([made.over().then(() => 'over' as const), waiting.signal, died]);
    if (why !== 'over') await made.undo();
    countdown.end();
    ctx.stderr.write(why === 'died' ? `dbg: ${name} has ended, and its device with it\n` : `dbg: ${name} is back\n`);
    return why === 'over' || why === 'died' ? 0 : 128 + constants.signals[why];
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
