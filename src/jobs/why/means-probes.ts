import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import type { Inspection } from '../../engine/inspection.ts';
import { parseSwapTotal } from '../../proc/meminfo.ts';
import { clockOf } from '../../process/clock-of.ts';
import { denialsOf } from '../../process/denials-of.ts';
import { hiddenFilesOf } from '../../process/hidden-files.ts';
import type { Timing } from '../../process/limits/cpu-sample.ts';
import { throttlingOf } from '../../process/limits/throttling.ts';
import { listenersOf } from '../../process/listeners-of.ts';
import { logSize } from '../../process/log-size.ts';
import { mountsSeen } from '../../process/mounts-seen.ts';
import { sampleProcesses } from '../../process/process-sample.ts';
import { rightsOf } from '../../process/rights.ts';
import type { Subject } from '../../process/subject.ts';
import type { ContainerFacts } from '../../why/container/facts.ts';
import type { Probe } from './gather-facts.ts';

type Means = Pick<
  ContainerFacts,
  | 'hostSwap'
  | 'throttling'
  | 'mounts'
  | 'logSize'
  | 'processes'
  | 'rights'
  | 'denials'
  | 'listeners'
  | 'clock'
  | 'hiddenFiles'
  | 'imageOfName'
>;

interface At {
  readonly subject: () => Subject;
  readonly inspection: () => Promise<Inspection>;
  readonly timing: Timing;
}

/**
 * The probes that learn what a container has to live on, what its processes do with it, and what
 * they may do.
 */
export function meansProbes(
  { host, engine }: Context,
  container: Container,
  { subject, inspection, timing }: At,
): { [Name in keyof Means]: Probe<Means[Name]> } {
  return {
    hostSwap: () => parseSwapTotal(host.read('/proc/meminfo') ?? ''),
    throttling: () => throttlingOf(host, subject(), timing),
    mounts: async () => mountsSeen(host, subject(), await inspection()),
    logSize: async () => logSize(host, container, await inspection()),
    processes: () => sampleProcesses(host, subject(), timing),
    listeners: () => listenersOf(host, subject()),
    rights: () => rightsOf(host, subject()),
    denials: () => denialsOf(host, subject(), container.state.startedAt ?? 0),
    clock: () => clockOf(host, subject()),
    hiddenFiles: async () => hiddenFilesOf(host, subject(), await inspection()),
    imageOfName: async () => (await engine()).imageId(container.image),
  };
}
