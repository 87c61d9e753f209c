import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import type { EngineVersion } from '../engine/engine-version.ts';
import { enterable } from '../enter/target.ts';
import { DbgError } from '../errors.ts';

/** Where the processes of an engine's containers are, seen from this host, with what shows it. */
export type Whereabouts =
  | Here
  | { readonly kind: 'elsewhere'; readonly message: string; readonly evidence: string }
  /** no container runs, or those that did ended while dbg looked */
  | { readonly kind: 'unknown' };

interface Here {
  readonly kind: 'here';
  readonly container: string;
  readonly pid: number;
}

/**
 * Tells whether the processes of an engine's containers are on this host. The address does not
 * tell: ssh and tcp may lead back to this host, and a socket may lead away. So it is seen: two
 * kernels of different releases are two machines; else the process of a running container is
 * looked for, by its cgroup. Throws a DbgError when the engine does not answer.
 * @param ask gives the engine, with the patience that is left
 */
export async function whereProcesses(
  ctx: Context,
  { kernel }: Pick<EngineVersion, 'kernel'>,
  ask: () => Promise<Engine>,
): Promise<Whereabouts> {
  const own = ctx.host.read('/proc/sys/kernel/osrelease')?.trim() ?? '';
  if (kernel !== '' && own !== '' && kernel !== own) {
    return {
      kind: 'elsewhere',
      message: 'the engine is on another machine, or in a virtual one, and so are the processes of its containers',
      evidence: `the engine's kernel is ${kernel}, this host's ${own}`,
    };
  }
  return processOf(ctx, ask);
}

/** A container may end between two answers, so more than one is tried. */
const TRIES = 5;

/**
 * Looks for the process of one running container on this host. A container that ends meanwhile
 * tells nothing, and one error of the engine about a container tells nothing either. After a second
 * error no more is asked: an engine that hangs takes 20 s for each.
 */
async function processOf(ctx: Context, ask: () => Promise<Engine>): Promise<Whereabouts> {
  const running = (await (await ask()).list()).filter(({ state }) => state === 'running');
  const missing: Missing[] = [];
  let [answers, error]: [number, unknown] = [0, undefined];
  for (const { id } of running.slice(0, TRIES)) {
    try {
      const seen = await lookFor(ctx, await ask(), id);
      answers++;
      if (seen?.kind === 'here') return seen;
      if (seen !== undefined) missing.push(seen);
    } catch (refusal) {
      if (!(refusal instanceof DbgError) || error !== undefined) throw refusal;
      error = refusal;
    }
  }
  if (answers === 0 && error !== undefined) throw error;
  const engine = await ask();
  // Side by side: one after the other they take 2.5 s, and `dbg doctor` waits for 1.5.
  const ended = await Promise.allSettled(missing.map((one) => hasEnded(engine, one)));
  const elsewhere = missing.find((_, at) => ended[at]?.status === 'fulfilled' && !ended[at].value);
  if (elsewhere !== undefined) return elsewhere.seen;
  const [refusal, ...more] = ended.filter((one) => one.status === 'rejected');
  if (refusal !== undefined && more.length + 1 === ended.length) throw refusal.reason;
  return { kind: 'unknown' };
}

/** A running container whose process is not where the engine says. */
interface Missing {
  readonly kind: 'missing';
  readonly id: string;
  readonly pid: number;
  readonly seen: Whereabouts;
}

/** undefined: it has ended while dbg looked. */
async function lookFor(ctx: Context, engine: Engine, id: string): Promise<Here | Missing | undefined> {
  const container = await engine.inspect(id);
  if (container === undefined || container.state.pid === 0) return undefined;
  const { pid } = container.state;
  try {
    return { kind: 'here', container: container.name, pid: enterable(ctx.host, container, ctx.now()).pid };
  } catch (error) {
    if (!(error instanceof DbgError)) throw error;
    const evidence = `"${container.name}" is process ${pid} for the engine`;
    return { kind: 'missing', id, pid, seen: { kind: 'elsewhere', message: error.message, evidence } };
  }
}

/**
 * An engine learns of an end a little later than this host: so often it is asked again, after so
 * many ms.
 */
const [LOOKS, BETWEEN_MS] = [10, 50];

/** Tells whether a container whose process is missing has ended, or was restarted. */
async function hasEnded(engine: Engine, { id, pid }: Missing): Promise<boolean> {
  for (let look = 0; look < LOOKS; look++) {
    if ((await engine.inspect(id))?.state.pid !== pid) return true;
    await new Promise((resolve) => void setTimeout(resolve, BETWEEN_MS));
  }
  return false;
}
