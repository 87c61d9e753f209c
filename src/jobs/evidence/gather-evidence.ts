import { setTimeout as wait } from 'node:timers/promises';
import { version } from '../../../package.json';
import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import { isTargetPaused } from '../../enter/paused.ts';
import { enterable } from '../../enter/target.ts';
import { type Item, type Evidence, FORMAT, type SectionName } from '../../evidence/container-evidence.ts';
import { configurationItems } from '../../evidence/items/configuration-items.ts';
import type { Marker } from '../../evidence/items/item.ts';
import { environmentItems, processEnvironmentItems } from '../../evidence/items/environment-items.ts';
import { limitItems } from '../../evidence/items/limit-items.ts';
import { mountedItems, mountItems } from '../../evidence/items/mount-items.ts';
import { openFileItems, processItems } from '../../evidence/items/process-items.ts';
import { rightsItems } from '../../evidence/items/rights-items.ts';
import { stateItems } from '../../evidence/items/state-items.ts';
import { hostNamespace } from '../../host/host-namespace.ts';
import { allProcessLimits } from '../../proc/pid/process-limits.ts';
import { limitsOf } from '../../process/limits/container-limits.ts';
import { mountsSeen } from '../../process/mounts-seen.ts';
import { openFileKinds } from '../../process/open-file-kinds.ts';
import { processesOf } from '../../process/processes.ts';
import { rightsOf } from '../../process/rights.ts';
import { subjectOf } from '../../process/subject.ts';
import { comparedVariables } from '../../process/variables-in-use.ts';
import { inTime } from '../in-time.ts';
import { gather, type Probe } from '../why/gather-facts.ts';
import { networkProbes } from './network-probes.ts';
import { once } from '../once.ts';

/** How one look is done. */
export interface LookWish {
  readonly mark: Marker;
  /** nothing is sent: no question to a nameserver */
  readonly isSilent: boolean;
}

/** How long dbg waits for a section. */
const PATIENCE_MS = 5_000;

/** The types of namespaces that a container may share with the host (namespaces(7)). */
const NAMESPACES = ['net', 'uts', 'ipc', 'mnt', 'pid', 'user', 'cgroup'] as const;

/**
 * Looks at a container once, running or not, and gives all that it saw. A section that cannot be
 * looked at says why, and stops no other. Nothing is changed, and nothing is run in the container.
 */
export async function gatherEvidence(ctx: Context, container: Container, wish: LookWish): Promise<Evidence> {
  const time = new Date(ctx.now()).toISOString();
  const sections = await inTime(ctx, PATIENCE_MS, async (patient, left) =>
    gather(evidenceProbes(patient, container, wish), left()),
  );
  return { format: FORMAT, version: 1, dbg: version, time, container: container.name, id: container.id, sections };
}

function evidenceProbes(
  ctx: Context,
  container: Container,
  wish: LookWish,
): { readonly [Name in SectionName]: Probe<readonly Item[]> } {
  const { host } = ctx;
  const { mark } = wish;
  const { id } = container;
  const target = () => enterable(host, container, ctx.now());
  const subject = () => subjectOf(host, target());
  const inspection = once(async () => (await ctx.engine()).inspection(id));
  const configured = once(async () => configurationItems(await (await ctx.engine()).configuration(id), id, mark));
  const limits = once(() => limitsOf(host, subject(), { clock: ctx.clock, wait }));
  const network = networkProbes(ctx, container, target, wish);
  return {
    state: async () => stateItems(container, await inspection(), mark),
    configuration: async () => (await configured()).configuration,
    environment: () => environmentItems(container.env, id, mark),
    process_environment: () => processEnvironmentItems(comparedVariables(host, subject()), id, mark),
    mounts: async () => mountItems(await inspection()),
    mounted: async () =>
      mountedItems((await limits()).fileSystems?.shown ?? [], await mountsSeen(host, subject(), await inspection())),
    limits: async () => (await configured()).limits,
    limits_in_force: async () =>
      limitItems(await limits(), allProcessLimits(host.read(`/proc/${subject().pid}/limits`))),
    rights: async () => (await configured()).rights,
    rights_in_force: () => {
      const its = subject();
      const namespaces = NAMESPACES.map((type) => {
        return { type, isHosts: host.link(`/proc/${its.pid}/ns/${type}`) === hostNamespace(host, type) };
      });
      return rightsItems(rightsOf(host, its), namespaces);
    },
    networks: async () => [...(await configured()).networks, ...network.networks()],
    interfaces: network.interfaces,
    dns: network.dns,
    dns_answers: network.dnsAnswers,
    routes: network.routes,
    sysctls: network.sysctls,
    listening: network.listening,
    processes: () => processItems(processesOf(host, subject()), mark, isTargetPaused(host, target())),
    open_files: () => openFileItems(openFileKinds(host, subject()), mark),
  };
}
