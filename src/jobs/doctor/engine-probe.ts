import type { Context } from '../../context.ts';
import { addressText } from '../../engine/address.ts';
import { configFolder } from '../../engine/choice/docker-config.ts';
import { sourceText } from '../../engine/choice/engine-wish.ts';
import { DbgError, errorCode } from '../../errors.ts';
import type { EngineSeen, ProcessesSeen } from '../../why/doctor/doctor-facts.ts';
import { whereProcesses } from '../where-processes.ts';

/**
 * How long an engine has in all, and at least for each answer. An answer takes 10 to 50 ms on a
 * host that has time for it.
 */
const [PATIENCE_MS, LEAST_MS] = [1_200, 100];

/** Asks the engine that this environment names, so that a doctor's probes share the answers. */
export interface EngineProbe {
  engine(): Promise<EngineSeen>;
  processes(): Promise<ProcessesSeen>;
}

export function engineProbe(ctx: Context, slow = 1): EngineProbe {
  const end = ctx.clock() + PATIENCE_MS * slow;
  const opened = ctx.engine();
  opened.catch(() => undefined); // no unhandled rejection before somebody awaits it
  const impatient = async () => (await opened).within(Math.max(LEAST_MS * slow, end - ctx.clock()));
  const version = impatient().then((engine) => engine.version());
  version.catch(() => undefined);
  return {
    engine: async () => {
      // The choice is known also where the engine cannot be opened, as without its TLS files.
      const choice = await ctx.choice().catch(() => undefined);
      const address = choice === undefined ? undefined : addressText(choice.address);
      const source =
        choice === undefined
          ? 'by a configuration that cannot be read'
          : sourceText(choice.source, configFolder(ctx.env));
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
      const known = await version.catch(() => {
        throw new DbgError('the engine does not answer');
      });
      try {
        const seen = await whereProcesses(ctx, known, impatient);
        if (seen.kind !== 'unknown') return seen;
      } catch (error) {
        if (!(error instanceof DbgError)) throw error;
        return { kind: 'trouble', message: error.message, next: error.next };
      }
      throw new DbgError('no container runs, so there is no process to look for');
    },
  };
}

const isDenied = ({ cause }: DbgError) => ['EACCES', 'EPERM'].includes(errorCode(cause) ?? '');
