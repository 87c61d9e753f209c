import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync, closeSync } from 'node:fs';
import { request } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { byteEngine, connected, eventDelays, pingRate, pings, streamRate } from './api-load.ts';
import { memory } from './capture-run.ts';

const ENGINE = '/var/run/docker.sock';

/** One way to an engine: what runs in between, if anything does. */
interface Way {
  readonly name: string;
  readonly path: string;
  readonly process?: ChildProcess;
}

/** What `dbg api` costs, beside nothing and beside socat, in the same rounds. Runs inside an engine of our own. */
export async function benchApi(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'dbg-bench-api-'));
  try {
    console.log(
      `dbg api, Node ${process.version}, ${cpus().length} processors; ratios are medians of those within a round`,
    );
    const isFast = await withWays(ENGINE, folder, benchPings);
    const source = join(folder, 'bytes.sock');
    const server = await byteEngine(source);
    const isWide = await withWays(source, folder, benchStreams);
    const isPrompt = await withWays(ENGINE, folder, benchEvents);
    const isSmall = await benchMemory(source, folder);
    server.close();
    return isFast && isWide && isPrompt && isSmall;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Bench = (ways: readonly Way[]) => Promise<boolean>;

/** Starts a relay of each kind in front of an engine, and ends them. */
async function withWays(engine: string, folder: string, bench: Bench): Promise<boolean> {
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

const ROUNDS = 5;

/** Measures each way in each round, the first in turn; gives each one's figures. */
async function rounds(
  ways: readonly Way[],
  measure: (way: Way) => Promise<number>,
  count = ROUNDS,
): Promise<Map<string, number[]>> {
  const figures = new Map(ways.map(({ name }): [string, number[]] => [name, []]));
  for (let round = 0; round < count; round++) {
    for (let turn = 0; turn < ways.length; turn++) {
      const way = ways[(turn + round) % ways.length]!;
      figures.get(way.name)!.push(await measure(way));
    }
  }
  return figures;
}

function table(title: string, figures: ReadonlyMap<string, readonly number[]>): void {
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
function atLeast(figures: ReadonlyMap<string, readonly number[]>, what: string, than: string, least: number): boolean {
  const verbs = [...figures.keys()].filter((name) => name.startsWith('dbg'));
  return verbs
    .map((name) => {
      const found = ratio(figures, name, than);
      return bar(`${what}, ${name} ≥ ${least} × ${than}`, found >= least, found.toFixed(2));
    })
    .every(Boolean);
}

/** Many and short: from one second to the next, the machine is 5 % slower or faster. */
const [PING_ROUNDS, PING_MS] = [25, 500];
const WARM_UP_MS = 2000;

async function benchPings(ways: readonly Way[]): Promise<boolean> {
  const outcomes = [];
  // What is running for the first time is compiled meanwhile.
  for (const { path } of ways) await pingRate(path, 4, WARM_UP_MS);
  for (const connections of [1, 10]) {
    const figures = await rounds(ways, ({ path }) => pingRate(path, connections, PING_MS), PING_ROUNDS);
    const title = `_ping a second, ${connections} kept connection${connections > 1 ? 's' : ''}`;
    table(title, figures);
    outcomes.push(atLeast(figures, title, 'socat -v', 2), atLeast(figures, title, 'socat', 0.8));
  }
  return outcomes.every(Boolean);
}

const STREAM_BYTES = 500_000_000;

async function benchStreams(all: readonly Way[]): Promise<boolean> {
  // At 0.5 MB a second, that one would take a quarter of an hour.
  const ways = all.filter(({ name }) => name !== 'socat -v');
  const outcomes = [];
  for (const way of ['down', 'up'] as const) {
    const figures = await rounds(ways, ({ path }) => streamRate(path, way, STREAM_BYTES));
    table(`MB a second, ${STREAM_BYTES / 1e6} MB in chunks ${way}`, figures);
    outcomes.push(atLeast(figures, `MB a second ${way}`, 'socat', 1));
  }
  return outcomes.every(Boolean);
}

const EVENTS = 1000;
const MOST_DELAY_MS = 2;

async function benchEvents(ways: readonly Way[]): Promise<boolean> {
  const container = 'dbg-bench-api';
  spawnSync('docker', ['rm', '-f', container], { stdio: 'ignore' });
  execFileSync('docker', ['create', '--name', container, 'busybox', 'true'], { stdio: 'ignore' });
  let names = 0;
  // Each rename is an event; nothing is started.
  const cause = async () => {
    const [from, to] = names++ % 2 === 0 ? [container, `${container}-2`] : [`${container}-2`, container];
    await post(`/containers/${from}/rename?name=${to}`);
  };
  console.log(`\ndelay added to each of ${EVENTS} events`);
  const outcomes = [];
  try {
    for (const { name, path } of ways.filter((way) => way.process)) {
      const delays = (await eventDelays(ENGINE, path, cause, EVENTS)).toSorted((a, b) => a - b);
      const [half, high] = [0.5, 0.99].map((part) => delays[Math.floor(delays.length * part)]!);
      console.log(`${name.padEnd(12)} p50 ${half!.toFixed(2)} ms, p99 ${high!.toFixed(2)} ms`);
      if (name.startsWith('dbg')) {
        outcomes.push(
          bar(`an event's added delay, p99, ${name} < ${MOST_DELAY_MS} ms`, high! < MOST_DELAY_MS, high!.toFixed(2)),
        );
      }
    }
  } finally {
    spawnSync('docker', ['rm', '-f', container, `${container}-2`], { stdio: 'ignore' });
  }
  return outcomes.every(Boolean);
}

function post(path: string): Promise<void> {
  return new Promise((done, fail) => {
    const asked = request({ socketPath: ENGINE, path, method: 'POST' }, (answer) => answer.resume().on('end', done));
    asked.on('error', fail).end();
  });
}

/** An hour of one each 20 ms. */
const HOUR_PINGS = 180_000;
const HOUR_BYTES = 5e9;
const SAMPLE_MS = 100;
const MOST_MB = 150;
const MOST_GROWTH = 1.2;

async function benchMemory(source: string, folder: string): Promise<boolean> {
  console.log(`\nmemory over ${HOUR_PINGS.toLocaleString('en')} _ping, and over ${HOUR_BYTES / 1e9} GB of streams`);
  const pinged = await withWays(ENGINE, folder, (ways) =>
    watched(ways, 'pings', ({ path }) => pings(path, 10, (count) => count >= HOUR_PINGS)),
  );
  const streamed = await withWays(source, folder, (ways) =>
    watched(ways, 'streams', async ({ path }) => {
      for (let sent = 0; sent < HOUR_BYTES; sent += 2 * STREAM_BYTES) {
        await Promise.all([streamRate(path, 'down', STREAM_BYTES), streamRate(path, 'up', STREAM_BYTES)]);
      }
    }),
  );
  return pinged && streamed;
}

/** Of each of dbg's verbs: its memory while it works. */
async function watched(ways: readonly Way[], what: string, work: (way: Way) => Promise<unknown>): Promise<boolean> {
  const outcomes = [];
  for (const way of ways.filter(({ name }) => name.startsWith('dbg'))) {
    const samples: number[] = [];
    const sampler = setInterval(() => samples.push(memory(way.process!.pid!, 'VmRSS')), SAMPLE_MS);
    try {
      await work(way);
    } finally {
      clearInterval(sampler);
    }
    const half = Math.floor(samples.length / 2);
    const [first, second] = [Math.max(...samples.slice(0, half)), Math.max(...samples.slice(half))];
    const most = memory(way.process!.pid!, 'VmHWM');
    console.log(
      `${way.name}, ${what}: MB: median ${median(samples).toFixed(0)}, first half at most ${first.toFixed(0)}, second half ${second.toFixed(0)}, VmHWM ${most.toFixed(0)}`,
    );
    outcomes.push(
      bar(`${way.name}, ${what}: under ${MOST_MB} MB`, most < MOST_MB, most.toFixed(0)),
      bar(
        `${way.name}, ${what}: second half ≤ ${MOST_GROWTH} × first half`,
        second <= MOST_GROWTH * first,
        (second / first).toFixed(2),
      ),
    );
  }
  return outcomes.every(Boolean);
}

function bar(name: string, isMet: boolean, outcome: string): boolean {
  console.log(`${isMet ? 'met   ' : 'MISSED'}  ${name}: ${outcome}`);
  return isMet;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
