import type { Container } from '../../engine/container.ts';
import { otherLimits } from '../../process/limits/life.ts';
import { nameOf, type Subject } from '../../process/subject.ts';
import { RESOURCES, type Limits } from '../../process/limits/container-limits.ts';
import { duration } from '../../text.ts';
import { red, table, type TableLook } from '../../ui/table.ts';
import { binarySize, decimalSize } from '../../sizes.ts';

type Row = readonly [resource: string, use: string, limit: string, share: string, notes: string];

/** A table of use and limits, followed by a table of the pressure. */
export function limitsTable(limits: Limits, look: TableLook = {}): string {
  const rows = [
    ...memoryRows(limits),
    ...cpuRows(limits),
    ...pidsRows(limits),
    ...openFilesRows(limits),
    ...fileSystemRows(limits),
    ...ioRows(limits),
  ];
  const pressure = pressureRows(limits);
  return `${inRed(table(['RESOURCE', 'USE', 'LIMIT', 'SHARE', 'NOTES'], rows), rows, look)}${
    pressure.length === 0 ? '' : `\n${table(PRESSURE_HEADER, pressure)}`
  }`;
}

/** The share of a limit above which a row is red: it is to be looked at first. */
const HIGH = 0.9;

/**
 * One line for each container: use and share of memory, CPU and PIDs. The notes name other limits
 * that are nearly reached.
 */
export function limitsLines(
  all: readonly { readonly subject: Subject; readonly found: Limits; readonly paused: boolean }[],
  look: TableLook = {},
): string {
  const rows = all.map(({ subject, found, paused }) => {
    const { memory, cpu, pids, openFiles, fileSystems } = found;
    const use = (used: string, of: { used: number; limit: number | null | undefined } | undefined) =>
      of ? `${used}${share(of) && ` ${share(of)}`}` : '';
    const isHigh = (used: number, limit: number) => limit > 0 && used / limit > HIGH;
    const notes = [
      paused ? 'paused' : '',
      memory?.oomKills ? `killed out of memory: ${memory.oomKills}` : '',
      cpu?.throttledPeriods ? `throttled in ${cpu.throttledPeriods} of ${cpu.periods}` : '',
      pids?.limitHits ? `forks refused: ${pids.limitHits}` : '',
      openFiles?.limit && isHigh(openFiles.used, openFiles.limit) ? `open files ${share(openFiles)}` : '',
      ...(fileSystems?.shown ?? []).flatMap(({ mountPoint, space }) => {
        if (space === undefined) return [];
        const bytes = { used: space.used, limit: space.used + space.available };
        const files = { used: space.usedInodes, limit: space.inodes };
        return [
          isHigh(bytes.used, bytes.limit) ? `fs ${mountPoint} ${share(bytes)}` : '',
          isHigh(files.used, files.limit) ? `inodes ${mountPoint} ${share(files)}` : '',
        ];
      }),
      subject.container?.restarts ? `restarted ${times(subject.container.restarts)}` : '',
    ];
    return [
      nameOf(subject),
      memory ? use(binarySize(memory.used), memory) : '',
      cpu ? use(cpus(cpu.usedCpus), { used: cpu.usedCpus, limit: cpu.limitCpus }) : '',
      pids ? use(String(pids.used), pids) : '',
      join(notes),
    ];
  });
  return inRed(table(['CONTAINER', 'MEMORY', 'CPU', 'PIDS', 'NOTES'], rows), rows, look);
}

/**
 * Colours the rows red in which something was throttled, killed or refused, or more than 90 % of a
 * limit is used.
 */
function inRed(text: string, rows: readonly (readonly string[])[], look: TableLook): string {
  const isBad = (cells: readonly string[]) =>
    /throttled|killed|refused|at its limit/.test(cells.at(-1)!) ||
    cells.slice(1).some((cell) => [...cell.matchAll(/([\d.]+)%/g)].some(([, percent]) => Number(percent) > 100 * HIGH));
  const lines = text.split('\n');
  return lines.map((line, at) => (at > 0 && rows[at - 1] && isBad(rows[at - 1]!) ? red(line, look) : line)).join('\n');
}

const AREAS = ['memory', 'swap', 'cpu', 'pids', 'io', 'pressure'] as const;

/**
 * A line about what the kernel does not count, and one about what only root may see, as `docker
 * run` warns of such things. Empty where nothing is missing.
 */
export function notOfferedText(limits: Limits): string {
  const missing = AREAS.filter((area) => limits[area] === undefined);
  const hidden = [limits.openFiles ? '' : 'open files', limits.fileSystems ? '' : 'file systems']
    .filter(Boolean)
    .join(' and ');
  const lines = [
    missing.length === 0 ? '' : `dbg: the kernel does not count these for the container: ${missing.join(', ')}\n`,
    hidden === '' ? '' : `dbg: only root may see the container's ${hidden}:  sudo dbg limits …\n`,
  ];
  return lines.join('');
}

/**
 * One line about how the container's life before this one ended, because the kernel's counts began
 * anew after it. One line for each limit that the next start will set again. Empty where no engine
 * was asked.
 */
export function lifeText(container: Container | undefined, limits: Limits, now: number): string {
  if (container === undefined) return '';
  const { state, restarts } = container;
  const again = restarts > 0 ? `restarted ${times(restarts)}; ` : '';
  const before =
    state.finishedAt === undefined
      ? []
      : [
          `${again}its previous run ended ${duration(now - state.finishedAt)} ago${state.oomKilled ? ', out of memory' : ''}; kills, limit hits and throttling are counted since then`,
        ];
  const units = { memory: binarySize, cpu: cpus, pids: String };
  const other = otherLimits(container, limits).map(
    ({ resource, configured }) =>
      `the limit on ${resource} in force is not the one that the engine set (${units[resource](configured)}), which the next start sets again`,
  );
  return [...before, ...other].map((line) => `dbg: ${line}\n`).join('');
}

function memoryRows({ memory, swap }: Limits): Row[] {
  const rows: Row[] = [];
  if (memory) {
    const notes = [
      memory.oomKills ? `killed out of memory: ${memory.oomKills}` : '',
      memory.limitHits ? `at its limit ${times(memory.limitHits)}` : '',
      memory.peak === undefined ? '' : `peak ${binarySize(memory.peak)}`,
      memory.reservation ? `reserved ${binarySize(memory.reservation)}` : '',
    ];
    rows.push(['memory', binarySize(memory.used), limitText(memory.limit, binarySize), share(memory), join(notes)]);
  }
  if (swap) rows.push(['swap', binarySize(swap.used), limitText(swap.limit, binarySize), share(swap), '']);
  return rows;
}

function cpuRows({ cpu }: Limits): Row[] {
  if (!cpu) return [];
  const notes = [
    cpu.throttledPeriods
      ? `throttled in ${cpu.throttledPeriods} of ${cpu.periods} periods, ${seconds(cpu.throttledMicroseconds ?? 0)} in all`
      : '',
    cpu.shares === undefined ? '' : `shares ${cpu.shares}`,
    cpu.weight === undefined ? '' : `weight ${cpu.weight}`,
    cpu.cpuset === undefined ? '' : `on CPU ${cpu.cpuset}`,
    `${seconds(cpu.usedMicroseconds)} used in all`,
  ];
  const percent = share({ used: cpu.usedCpus, limit: cpu.limitCpus });
  return [['cpu', cpus(cpu.usedCpus), limitText(cpu.limitCpus, cpus), percent, join(notes)]];
}

function pidsRows({ pids }: Limits): Row[] {
  if (!pids) return [];
  const notes = pids.limitHits ? `at its limit ${times(pids.limitHits)}` : '';
  return [['pids', String(pids.used), limitText(pids.limit, String), share(pids), notes]];
}

function openFilesRows({ openFiles }: Limits): Row[] {
  if (!openFiles) return [];
  const { used, limit, command, pid } = openFiles;
  return [
    [
      'open files',
      String(used),
      limitText(limit, String),
      share(openFiles),
      `${command} (${pid}) is nearest to its limit`,
    ],
  ];
}

/** Counts as df(1) does: space that is reserved for root is not part of the size. */
function fileSystemRows({ fileSystems }: Limits): Row[] {
  const rows = (fileSystems?.shown ?? []).flatMap(({ mountPoint, type, isReadOnly, space }): Row[] => {
    if (space === undefined) return [[`fs ${mountPoint}`, '', '', '', `${type}: not asked, as it might never answer`]];
    const { used, available, inodes, usedInodes } = space;
    const bytes = { used, limit: used + available };
    const files = { used: usedInodes, limit: inodes };
    const notes = join([type, isReadOnly ? 'read-only' : '', share(files) && `inodes ${share(files)}`]);
    return [[`fs ${mountPoint}`, binarySize(used), binarySize(bytes.limit), share(bytes), notes]];
  });
  return fileSystems?.left ? [...rows, [`${fileSystems.left} file systems more`, '', '', '', '']] : rows;
}

function ioRows({ io = [] }: Limits): Row[] {
  return io.map((device) => {
    const limits = [
      device.readBytesLimit === null ? '' : `read ${decimalSize(device.readBytesLimit)}/s`,
      device.writtenBytesLimit === null ? '' : `write ${decimalSize(device.writtenBytesLimit)}/s`,
      device.readsLimit === null ? '' : `${device.readsLimit} reads/s`,
      device.writesLimit === null ? '' : `${device.writesLimit} writes/s`,
    ];
    const use = `${decimalSize(device.readBytes)} read, ${decimalSize(device.writtenBytes)} written`;
    return [
      `io ${device.name ?? device.number}`,
      use,
      join(limits) || 'none',
      '',
      `${device.reads} reads, ${device.writes} writes`,
    ];
  });
}

const PRESSURE_HEADER = ['PRESSURE', 'SOME 10 s', '60 s', '300 s', 'FULL 10 s', '60 s', '300 s'];

function pressureRows({ pressure = {} }: Limits): string[][] {
  return RESOURCES.flatMap((resource) => {
    const lines = pressure[resource];
    if (lines === undefined) return [];
    const cells = [lines.some, lines.full].flatMap((line) => [line?.avg10, line?.avg60, line?.avg300]);
    return [[resource, ...cells.map((value) => (value === undefined ? '' : `${value.toFixed(2)}%`))]];
  });
}

const join = (notes: readonly string[]) => notes.filter(Boolean).join(', ');
const times = (count: number) => `${count} ${count === 1 ? 'time' : 'times'}`;
const seconds = (microseconds: number) => `${Number((microseconds / 1e6).toPrecision(3))} s`;
const cpus = (amount: number) => `${Number(amount.toFixed(2))} CPUs`;

function limitText(limit: number | null | undefined, unit: (value: number) => string): string {
  return limit === undefined ? '' : limit === null ? 'none' : unit(limit);
}

function share({ used, limit }: { readonly used: number; readonly limit: number | null | undefined }): string {
  return limit ? `${((100 * used) / limit).toFixed(1)}%` : '';
}
