import type { Context } from '../../context.ts';
import { kernelOf } from '../../host/kernel.ts';
import type { DoctorFacts } from '../../why/doctor/doctor-facts.ts';
import type { Probe } from '../why/gather-facts.ts';
import { engineProbe } from './engine-probe.ts';
import { confinementOf, kernelInterfaces, ownRights, toolsSeen } from './host-probes.ts';
import { cutsLeft, guards, leftStandIns } from './left-probes.ts';

/**
 * How dbg learns each fact about this host. Nothing is changed, and nothing is loaded. On a host
 * that takes `slow` times longer for everything, the engine and the tools have so much more time.
 */
export function doctorProbes(ctx: Context, slow = 1): { [Name in keyof DoctorFacts]: Probe<DoctorFacts[Name]> } {
  const engine = engineProbe(ctx, slow);
  const kernel = kernelOf(ctx.host);
  const tools = kernel.then((its) => toolsSeen(ctx, its, slow));
  tools.catch(() => undefined); // no unhandled rejection before a probe awaits it
  const sudo = ctx.host.find('sudo');
  return {
    engine: () => engine.engine(),
    processes: () => engine.processes(),
    rights: () => ownRights(ctx),
    sudo: () => (sudo.kind === 'found' ? sudo.path : undefined),
    tools: () => tools,
    kernel: () => kernel,
    interfaces: () => kernelInterfaces(ctx),
    confinement: () => confinementOf(ctx),
    now: () => Math.floor(ctx.now() / 1000),
    cuts: async () => cutsLeft(ctx, await kernel, await tools),
    guards: () => guards(ctx),
    standIns: () => leftStandIns(ctx),
  };
}
