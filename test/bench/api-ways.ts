import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { connected } from './api-load.ts';
import { bar } from './measure.ts';

// Ways to an engine, direct and through relays, and what is measured on each of them in turn.

/** One way to an engine: what runs in between, if anything does. */
export interface Way {
  readonly name: string;
  readonly path: string;
  readonly process?: ChildProcess;
}

export type Bench = (ways: readonly Way[]) => Promise<boolean>;

/** Starts a relay of each kind in front of an engine, and ends them. */
export async function withWays(engine: string, folder: string, bench: Bench): Promise<boolean> {
  const ways: Way[] = [{ name: 'direct', path: engine }];
  const start = (name: string, path: string, argv: readonly string[], to: 'stdout' | 'stderr') =>
    ways.push({ name, path, process: started(argv, engine, join(folder, 'said'), to) });
  const socat = (name: string, ...options: readonly string[]) => {
    const path = join(folder, `${name.replaceAll(/\W/g, '')}.sock`);
    const argv = ['socat', ...options, '-t', '86400', `UNIX-LISTEN:${path},fork,backlog=256`, `UNIX-CONNECT:${engine}`];
    start(name, path, argv, 'stderr');
  };
  socat('socat');
  socat('socat -v', '-v');
  for (const [name, ...args] of VERBS) {
    if (!isVerb(args[0])) {
      console.log(`(no ${name}: this dbg has no such verb)`);
      continue;
    }
    const path = join(folder, `${args[0]}.sock`);
    const [verb, ...operands] = args.map((arg) => arg.replace('FOLDER', folder));
    start(name, path, [process.execPath, DBG, 'api', verb!, '--listen', `unix:${path}`, ...operands], 'stdout');
  }
  try {
    for (const { path } of ways) (await connected(path)).destroy();
    return await bench(ways);
  } finally {
    for (const { process: child, path } of ways) {
      if (!child) continue;
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(path, { force: true });
    }
    rmSync(join(folder, 'recording'), { force: true });
  }
}

const DBG = 'bin/dbg.js';
/** Verbs with what they are given: lines go into a file. */
const VERBS = [
  ['dbg snoop', 'snoop'],
  ['dbg record', 'record', 'FOLDER/recording'],
] as const;

/** For a verb that is not there, commander gives the help of `dbg api`. */
const isVerb = (verb: string) =>
  String(spawnSync(process.execPath, [DBG, 'api', verb, '--help']).stdout).includes(`dbg api ${verb}`);

/** Starts a program whose lines go into a file. */
function started(
  [file = '', ...args]: readonly string[],
  engine: string,
  said: string,
  to: 'stdout' | 'stderr',
): ChildProcess {
  const fd = openSync(`${said}-${performance.now()}`, 'w');
  const env = { ...process.env, DOCKER_HOST: `unix://${engine}` };
  try {
    return spawn(file, args, {
      env,
      stdio: ['ignore', to === 'stdout' ? fd : 'ignore', to === 'stderr' ? fd : 'ignore'],
    });
  } finally {
    closeSync(fd);
  }
}

const ROUNDS = 9;

/** Measures each way in each round, behind whichever of the others; gives each one's figures. */
export async function rounds(
  ways: readonly Way[],
  measure: (way: Way) => Promise<number>,
  count = ROUNDS,
): Promise<Map<string, number[]>> {
  const figures = new Map(ways.map(({ name }): [string, number[]] => [name, []]));
  for (let round = 0; round < count; round++) {
    // In a fixed order, each would always find what the same one has left: caches, a disk that writes.
    for (const way of shuffled(ways)) figures.get(way.name)!.push(await measure(way));
  }
  return figures;
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

export function table(title: string, figures: ReadonlyMap<string, readonly number[]>): void {
  console.log(`\n${title}`);
  for (const [name, values] of figures) {
    const cells = [median(values), Math.max(...values)].map((value) =>
      Math.round(value).toLocaleString('en').padStart(10),
    );
    console.log(
      `${name.padEnd(12)} median ${cells[0]}   highest ${cells[1]}   ${ratio(figures, name, 'direct').toFixed(2)} × direct`,
    );
  }
}

function ratio(figures: ReadonlyMap<string, readonly number[]>, of: string, than: string): number {
  return median(figures.get(of)!.map((value, round) => value / figures.get(than)![round]!));
}

/** Of each of dbg's verbs that there are, and of one of socat's ways: at least so much of it. */
export function atLeast(
  figures: ReadonlyMap<string, readonly number[]>,
  what: string,
  than: string,
  least: number,
): boolean {
  const verbs = [...figures.keys()].filter((name) => name.startsWith('dbg'));
  return verbs
    .map((name) => {
      const found = ratio(figures, name, than);
      return bar(`${what}, ${name} ≥ ${least} × ${than}`, found >= least, found.toFixed(2));
    })
    .every(Boolean);
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
