import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { bar, interleaved, report } from './measure.ts';
import { spawnedProcesses } from './spawned.ts';

const ROUNDS = 5;
/** How many containers the host has, and how long the cost of following them is measured, in seconds. */
const CONTAINERS = 100;
const SECONDS = 30;
const FIRST_ROUNDS = 7;
/** A host with so many containers has to be told of within 300 ms. */
const FEW = 10;
const LABEL = 'dbg-bench-few';
const DBG = [process.execPath, 'bin/dbg.js'];
const NAMES = Array.from({ length: CONTAINERS }, (_, at) => `dbg-bench-top-${at}`);

/** What `dbg top` costs, and how soon it tells something, beside `docker stats`. */
export async function benchTop(): Promise<boolean> {
  const docker = (...args: readonly string[]) => execFileSync('docker', args, { stdio: 'ignore' });
  try {
    for (const [at, name] of NAMES.entries()) {
      docker('run', '-d', '--name', name, ...(at < FEW ? ['--label', LABEL] : []), 'busybox', 'sleep', '3600');
    }
    console.log(`\ndbg top of ${CONTAINERS} containers, Node ${process.version}`);
    const atOnce = interleaved(
      [
        { name: 'docker stats --no-stream', argv: ['docker', 'stats', '--no-stream'] },
        { name: 'dbg stats --no-stream', argv: [...DBG, 'stats', '--no-stream'] },
        { name: 'dbg top --no-stream --json', argv: [...DBG, 'top', '--no-stream', '--json'] },
      ],
      ROUNDS,
    );
    const isFaster = report(atOnce, [{ name: 'dbg stats --no-stream', than: 'docker stats --no-stream', atMost: 0.5 }]);
    const first = await firstFigures('--label', LABEL);
    const isSoon = bar(`the first figures of ${FEW} within 300 ms (median)`, first <= 300, `${first.toFixed(0)} ms`);
    console.log(`        of ${CONTAINERS}: ${(await firstFigures()).toFixed(0)} ms`);
    const spawned = spawnedProcesses([...DBG, 'top', '--no-stream', '--json']);
    const isAlone = bar('no program is started', spawned === 0, String(spawned));
    const share = await cost();
    const isCheap = bar(`${CONTAINERS} containers at 1 Hz under 5 % of one core`, share < 5, `${share.toFixed(2)} %`);
    return [isFaster, isSoon, isAlone, isCheap].every(Boolean);
  } finally {
    docker('rm', '-f', ...NAMES);
  }
}

/** Milliseconds from the start of dbg to its first line with rates, the median of some rounds. */
async function firstFigures(...which: readonly string[]): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < FIRST_ROUNDS; round++) {
    const began = performance.now();
    const running = follow(...which);
    await once(running.stdout, 'data');
    times.push(performance.now() - began);
    running.kill('SIGKILL');
    await once(running, 'close');
  }
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

/** How much of one core dbg uses while it follows all containers, in percent, after its start. */
async function cost(): Promise<number> {
  const running = follow();
  running.stdout.resume();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const before = cpuMilliseconds(running.pid!);
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  const share = (100 * (cpuMilliseconds(running.pid!) - before)) / (performance.now() - began);
  running.kill('SIGKILL');
  await once(running, 'close');
  return share;
}

function follow(...which: readonly string[]) {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  return spawn(process.execPath, ['bin/dbg.js', 'top', '--json', ...which], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** utime and stime of /proc/PID/stat, in ticks of 10 ms (proc_pid_stat(5)). */
function cpuMilliseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
