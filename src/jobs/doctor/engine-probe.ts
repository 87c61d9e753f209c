import type { Context } from '../../context.ts';
import { addressText, engineAddress, type EngineSource, engineSource } from '../../engine/address.ts';
import type { Engine } from '../../engine/engine.ts';
import { enterable } from '../../enter/target.ts';
import { DbgError, errorCode } from '../../errors.ts';
import type { EngineSeen, ProcessesSeen } from '../../why/doctor/doctor-facts.ts';

/** How long an engine has in all, and at least for each answer. An answer takes 10 to 50 ms. */
const [PATIENCE_MS, LEAST_MS] = [1_200, 100];

/** Asks the engine that this environment names, so that a doctor's probes share the answers. */
export interface EngineProbe {
  engine(): Promise<EngineSeen>;
  processes(): Promise<ProcessesSeen>;
}

export function engineProbe(ctx: Context): EngineProbe {
  const end = ctx.clock() + PATIENCE_MS;
  const opened = ctx.engine();
  opened.catch(() => undefined); // no unhandled rejection before somebody awaits it
  const impatient = async () => (await opened).within(Math.max(LEAST_MS, end - ctx.clock()));
  const version = impatient().then((engine) => engine.version());
  version.catch(() => undefined);
  return {
    engine: async () => {
      const address = await addressOf(ctx, opened);
      const source = sourceText(ctx);
      try {
        return { address, source, answer: { kind: 'version', version: await version } };
      } catch (error) {
        if (!(error instanceof DbgError)) throw error;
        // What a person may not ask, root's dbg may: a verb asks through sudo.
        if (!ctx.host.isRoot && isDenied(error) && ctx.host.find('sudo').kind === 'found') throw error;
        const { message, next } = error;
        return { address, source, answer: { kind: 'trouble', message, next } };
      }
    },
    processes: async () => {
      const { kernel } = await version.catch(() => {
        throw new DbgError('the engine does not answer');
      });
      const own = ctx.host.read('/proc/sys/kernel/osrelease')?.trim() ?? '';
      if (kernel !== '' && own !== '' && kernel !== own) {
        return {
          kind: 'elsewhere',
          message: 'the engine is on another machine, or in a virtual one, and so are the processes of its containers',
          evidence: `the engine's kernel is ${kernel}, this host's ${own}`,
        };
      }
      const seen = await processOf(ctx, impatient).catch((error: unknown): ProcessesSeen => {
        if (!(error instanceof DbgError)) throw error;
        return { kind: 'trouble', message: error.message, next: error.next };
      });
      if (seen === undefined) throw new DbgError('no container runs, so there is no process to look for');
      return seen;
    },
  };
}

/** The engine's address, also where the engine cannot be opened because its TLS files are missing. */
const addressOf = (ctx: Context, opened: Promise<Engine>): Promise<string | undefined> =>
  opened
    .then(({ address }) => address)
    .catch(() => engineAddress(ctx.env))
    .then(addressText)
    .catch(() => undefined);

const isDenied = ({ cause }: DbgError) => ['EACCES', 'EPERM'].includes(errorCode(cause) ?? '');

/** What says that this engine is meant, for people. */
function sourceText(ctx: Context): string {
  let source: EngineSource;
  try {
    source = engineSource(ctx.env);
  } catch {
    return 'by a configuration that cannot be read';
  }
  if (!('context' in source)) return source.by === 'default' ? 'by default' : 'by DOCKER_HOST';
  return source.by === 'DOCKER_CONTEXT'
    ? `by DOCKER_CONTEXT (${source.context})`
    : `by docker's current context (${source.context})`;
}

/** A container may end between two answers, so more than one is tried. */
const TRIES = 3;

/**
 * Looks for the process of one running container on this host; undefined where no container runs.
 * Throws a DbgError when the engine does not answer.
 */
async function processOf(ctx: Context, impatient: () => Promise<Engine>): Promise<ProcessesSeen | undefined> {
  const running = (await (await impatient()).list()).filter(({ state }) => state === 'running');
  let elsewhere: ProcessesSeen | undefined;
  for (const { id } of running.slice(0, TRIES)) {
    const container = await (await impatient()).inspect(id);
    if (container === undefined || container.state.pid === 0) continue;
    try {
      const { pid } = enterable(ctx.host, container, ctx.now());
      return { kind: 'here', container: container.name, pid };
    } catch (error) {
      if (!(error instanceof DbgError)) throw error;
      const evidence = `"${container.name}" is process ${container.state.pid} for the engine`;
      elsewhere = { kind: 'elsewhere', message: error.message, evidence };
    }
  }
  return elsewhere;
}
