import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { byteEngine, eventDelays, pingRate, pings, streamRate } from './api-load.ts';
import { atLeast, median, rounds, table, withWays, type Way } from './api-ways.ts';
import { bar } from './measure.ts';
import { memory } from './capture-run.ts';

const ENGINE = '/var/run/docker.sock';

const PARTS: Readonly<Record<string, (folder: string) => Promise<boolean>>> = {
  pings: (folder) => withWays(ENGINE, folder, benchPings),
  streams: (folder) => withByteEngine(folder, (source) => withWays(source, folder, benchStreams)),
  events: (folder) => withWays(ENGINE, folder, benchEvents),
  memory: (folder) => withByteEngine(folder, (source) => benchMemory(source, folder)),
};

/** What `dbg api` costs, beside nothing and beside socat, in the same rounds: in one part, or in all. Runs inside an engine of our own. */
export async function benchApi([part]: readonly string[]): Promise<boolean> {
  if (part === undefined) {
    console.log(
      `dbg api, Node ${process.version}, ${cpus().length} processors; ratios are medians of those within a round`,
    );
    return Object.keys(PARTS).map(runApart).every(Boolean);
  }
  const bench = PARTS[part];
  if (!bench) throw new Error(`there is no part "${part}" (there is: ${Object.keys(PARTS).join(', ')})`);
  const folder = mkdtempSync(join(tmpdir(), 'dbg-bench-api-'));
  try {
    return await bench(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** In a process of its own: one with the heap that the pings leave sends and reads 1.5 to 1.9 GB a second direct, a new one 2.1 to 3. */
function runApart(part: string): boolean {
  const args = [...process.execArgv, ...process.argv.slice(1), part];
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0;
}

async function withByteEngine(folder: string, bench: (path: string) => Promise<boolean>): Promise<boolean> {
  const path = join(folder, 'bytes.sock');
  const server = await byteEngine(path);
  try {
    return await bench(path);
  } finally {
    server.close();
  }
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

/** An hour of one each 20 ms, once what a program has when it runs is there. */
const [WARM_UP_PINGS, HOUR_PINGS] = [60_000, 180_000];
const HOUR_BYTES = 5e9;
const SAMPLE_MS = 100;
const MOST_MB = 150;
const MOST_GROWTH = 1.2;

async function benchMemory(source: string, folder: string): Promise<boolean> {
  console.log(`\nmemory over ${HOUR_PINGS.toLocaleString('en')} _ping, and over ${HOUR_BYTES / 1e9} GB of streams`);
  const send = ({ path }: Way, wanted: number) => pings(path, 10, (sent) => sent >= wanted);
  const pinged = await withWays(ENGINE, folder, async (ways) => {
    for (const way of ways) if (way.name.startsWith('dbg')) await send(way, WARM_UP_PINGS);
    return watched(ways, 'pings', (way) => send(way, HOUR_PINGS));
  });
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
