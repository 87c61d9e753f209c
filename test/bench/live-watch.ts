import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { readFileSync } from 'node:fs';
import { bar } from './measure.ts';

const CONTAINERS = 20;
/** lines of each container before the bench, and how many it writes a second while it is followed */
const LINES = 20_000;
const PER_SECOND = 50;
const SECONDS = 20;
const ROUNDS = 3;
const NAMES = Array.from({ length: CONTAINERS }, (_, at) => `dbg-bench-watch-${at}`);
const SAYS = `lines() { seq 1 "$1" | sed 's/^/a line of some length, as a log has it: /'; }
lines ${LINES}; echo written; while :; do lines ${PER_SECOND / 5}; sleep 0.2; done`;
const { NODE_EXTRA_CA_CERTS: _, ...ENV } = process.env;

/** One way to see the logs of all containers: the programs that run at the same time. */
interface Way {
  readonly name: string;
  readonly past: readonly (readonly string[])[];
  readonly live: readonly (readonly string[])[];
}

const DBG = [process.execPath, 'bin/dbg.js', 'watch', '--project', 'dbg-bench-watch'];
const WAYS: readonly Way[] = [
  {
    name: `${CONTAINERS} × docker logs`,
    past: NAMES.map((name) => ['docker', 'logs', name]),
    live: NAMES.map((name) => ['docker', 'logs', '-f', '--tail', '0', name]),
  },
  { name: 'dbg watch', past: [[...DBG, '--tail', 'all', '--until', '0s']], live: [DBG] },
];

/** What `dbg watch` of 20 containers costs beside `docker logs -f` of each. */
export async function benchWatch(): Promise<boolean> {
  const docker = (...args: readonly string[]) => execFileSync('docker', args, { stdio: 'ignore' });
  const label = ['--label', 'com.docker.compose.project=dbg-bench-watch'];
  try {
    for (const name of NAMES) docker('run', '-d', '--name', name, ...label, 'busybox', 'sh', '-c', SAYS);
    for (const name of NAMES) await hasWritten(name);
    console.log(`\nthe logs of ${CONTAINERS} containers, ${LINES} lines each, Node ${process.version}`);
    const [theirs, ours] = [[] as number[], [] as number[]];
    for (let round = 0; round < ROUNDS; round++) {
      for (const [at, all] of [theirs, ours].entries()) all.push(await tookMs(WAYS[at]!.past));
    }
    const [past, ourPast] = [median(theirs), median(ours)];
    console.log(`all that was written: ${WAYS[0]!.name} ${past.toFixed(0)} ms, dbg watch ${ourPast.toFixed(0)} ms`);
    const isQuick = bar(
      'dbg watch reads as fast, in the order of time, ≤ 1.5 ×',
      ourPast <= 1.5 * past,
      (ourPast / past).toFixed(2),
    );
    const [live, ourLive] = [await followed(WAYS[0]!), await followed(WAYS[1]!)];
    const isCheap = bar(
      `following ${CONTAINERS * PER_SECOND} lines a second, with what the kernel does to the containers, ≤ 5 % of a core`,
      ourLive.share <= 5,
      `${ourLive.share.toFixed(1)} % of a core, docker ${live.share.toFixed(1)} %`,
    );
    const isSmall = bar(
      'and less memory',
      ourLive.mb < live.mb,
      `${ourLive.mb.toFixed(0)} MB, docker ${live.mb.toFixed(0)} MB`,
    );
    return [isQuick, isCheap, isSmall].every(Boolean);
  } finally {
    docker('rm', '-f', ...NAMES);
  }
}

async function hasWritten(name: string): Promise<void> {
  const deadline = performance.now() + 120_000;
  const all = () => execFileSync('docker', ['logs', name], { maxBuffer: 1e9 }).toString();
  while (!/^written$/m.test(all())) {
    if (performance.now() > deadline) throw new Error(`${name} has not written its lines within two minutes`);
    await new Promise((resolve) => void setTimeout(resolve, 500));
  }
}

const start = ([file = '', ...args]: readonly string[]) =>
  spawn(file, args, { env: ENV, stdio: ['ignore', 'pipe', 'ignore'] });

/** How long programs that run at the same time take, whose output is read. */
async function tookMs(argvs: readonly (readonly string[])[]): Promise<number> {
  const began = performance.now();
  await Promise.all(
    argvs.map(async (argv) => {
      const running = start(argv);
      running.stdout.resume();
      const [code] = (await once(running, 'close')) as [number];
      if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}`);
    }),
  );
  return performance.now() - began;
}

/** What following takes of one core, after the start, and of memory. */
async function followed({ name, live }: Way): Promise<{ readonly share: number; readonly mb: number }> {
  const all = live.map(start);
  let bytes = 0;
  for (const { stdout } of all) stdout.on('data', (piece: Buffer) => (bytes += piece.length));
  await new Promise((resolve) => void setTimeout(resolve, 3000));
  const pids = all.map(({ pid }) => pid!);
  const before = sum(pids.map(cpuMilliseconds));
  const began = performance.now();
  bytes = 0;
  await new Promise((resolve) => void setTimeout(resolve, SECONDS * 1000));
  const share = (100 * (sum(pids.map(cpuMilliseconds)) - before)) / (performance.now() - began);
  const mb = sum(pids.map(privateMb));
  if (bytes === 0) throw new Error(`${name} has shown nothing`);
  await Promise.all(
    all.map(async (running) => {
      running.kill('SIGKILL');
      await once(running, 'close');
    }),
  );
  return { share, mb };
}

const sum = (all: readonly number[]) => all.reduce((total, each) => total + each, 0);
const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!;

/** utime and stime of /proc/PID/stat, in ticks of 10 ms (proc_pid_stat(5)). */
function cpuMilliseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The memory that a process shares with no other (proc_pid_smaps_rollup(5)). */
function privateMb(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return sum([...text.matchAll(/^Private_\w+: +(\d+) kB$/gm)].map(([, kib]) => Number(kib))) / 1000;
}
