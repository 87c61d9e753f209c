import type { Context } from '../context.ts';
import type { EngineChoice } from '../engine/choice/choose-engine.ts';
import type { EngineVersion } from '../engine/engine-version.ts';
import { DbgError, type NextStep } from '../errors.ts';
import { whereProcesses, type Whereabouts } from './where-processes.ts';

/** What was seen of the engine that dbg asks. */
export interface EngineLook {
  readonly choice: EngineChoice;
  /** undefined: it does not answer */
  readonly version: EngineVersion | undefined;
  /** undefined: it does not say which containers it has */
  readonly where: Whereabouts | undefined;
  /** why it does not answer, or not all of it */
  readonly trouble: { readonly message: string; readonly next: readonly NextStep[] } | undefined;
}

/** Asks the engine for its version, and looks where its containers' processes are. */
export async function lookAtEngine(ctx: Context): Promise<EngineLook> {
  const choice = await ctx.choice();
  let version: EngineVersion | undefined;
  try {
    const engine = await ctx.engine();
    version = await engine.version();
    const where = await whereProcesses(ctx, version, async () => engine);
    return { choice, version, where, trouble: undefined };
  } catch (error) {
    if (!(error instanceof DbgError)) throw error;
    return { choice, version, where: undefined, trouble: error };
  }
}
