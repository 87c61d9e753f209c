import { parseInspection } from '../../../../src/engine/inspection.ts';
import { limitsOf, type Limits } from '../../../../src/process/limits/container-limits.ts';
import type { MountSeen } from '../../../../src/process/mounts-seen.ts';
import type { ProcessSeen, ThreadSeen } from '../../../../src/process/process-sample.ts';
import type { Rights } from '../../../../src/process/rights.ts';
import { subjectOfPid } from '../../../../src/process/subject.ts';
import type { AnyCheck } from '../../../../src/why/check.ts';
import type { ContainerFacts } from '../../../../src/why/container/facts.ts';
import { known } from '../../../../src/why/fact.ts';
import { judge } from '../../../../src/why/judge.ts';
import { container, fakeHost, ID } from '../../fakes.ts';

const NOTHING: ContainerFacts = {
  container: container(),
  inspection: parseInspection({ Id: ID }),
  now: 0,
  history: [],
  lastWords: { lines: [], refusal: undefined },
  entry: undefined,
  missingSources: [],
  publishers: new Map(),
  limits: {} as Limits,
  hostSwap: 0,
  throttling: undefined,
  mounts: [],
  volumeSizes: new Map(),
  logSize: undefined,
  processes: [],
  listeners: [],
  network: { wires: [], uplink: undefined },
  resolver: undefined,
  rights: rights(),
  denials: [],
  clock: { zone: undefined, rule: 'UTC0', hostRule: 'UTC0', faked: [] },
  refused: undefined,
  hiddenFiles: [],
  imageOfName: undefined,
};

/**
 * What the checks find in a container with nothing wrong but these facts: id, severity and
 * sentence.
 */
export function found(checks: readonly AnyCheck<ContainerFacts>[], facts: Partial<ContainerFacts>): string[] {
  const all = Object.entries({ ...NOTHING, ...facts }).map(([name, value]) => [name, known(value)]);
  const { answer, follows, others } = judge(checks, Object.fromEntries(all));
  return [...(answer ? [answer] : []), ...follows, ...others].map(
    ({ id, severity, sentence }) => `${id} ${severity}: ${sentence}`,
  );
}

/**
 * The limits of process 1234's container, by the files of a kernel, some of them with another text.
 */
export function limitsBy(
  files: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>> = {},
): Promise<Limits> {
  const changed = Object.entries(files).map(([path, text]) => [path, other[path.split('/').at(-1)!] ?? text]);
  const host = fakeHost({ files: Object.fromEntries(changed), isRoot: false });
  // A clock that goes on by waiting alone.
  let now = 0;
  const timing = { clock: () => now, wait: async (milliseconds: number) => void (now += milliseconds) };
  return limitsOf(host, subjectOfPid(host, 1234), timing);
}

export function rights(over: Partial<Rights> = {}): Rights {
  const usual = [0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31];
  return {
    uid: 0,
    gid: 0,
    groups: [],
    capabilities: usual,
    mostCapabilities: usual,
    hasSeccompFilter: true,
    noNewPrivileges: false,
    label: undefined,
    ...over,
  };
}

export const mount = (over: Partial<MountSeen> = {}): MountSeen => ({
  type: 'volume',
  name: 'data',
  source: '/volumes/data',
  destination: '/data',
  isWritable: true,
  fileSystem: 'ext4',
  readOnly: 'nothing',
  owner: { uid: 0, gid: 0, mode: 0o755, isFolder: true },
  uidInside: 0,
  gidInside: 0,
  ...over,
});

export const thread = (over: Partial<ThreadSeen> = {}): ThreadSeen => ({
  tid: 1234,
  command: 'app',
  state: 'S',
  cpuShare: 0,
  wantedShare: 0,
  neverSlept: false,
  sleepsIn: undefined,
  isOnFutex: false,
  ...over,
});

export const processSeen = (over: Partial<ProcessSeen> = {}): ProcessSeen => ({
  pid: 1234,
  command: 'app',
  isMain: true,
  parent: { pid: 1000, command: 'shim' },
  state: 'S',
  threads: [thread()],
  ...over,
});
