import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { memory, packetsOf, packetsOfNg, processorSeconds, startCapture } from './capture-run.ts';
import { send, type Sent, type Wire, wireOf, writeTraffic } from './capture-traffic.ts';
import { bar } from './measure.ts';

/** What a capture costs, beside the bare line that a person would type. Runs inside an engine of our own. */
export async function benchCapture(): Promise<boolean> {
  const names = [1, 2, 3, 4].map((number) => `dbg-bench-capture-${number}`);
  // One that is not there is no failure, nor is it to hide one.
  const remove = () => spawnSync('docker', ['rm', '-f', ...names], { stdio: 'ignore' });
  remove();
  const folder = mkdtempSync(join(diskFolder(), 'dbg-bench-capture-'));
  try {
    for (const name of names) {
      execFileSync('docker', ['run', '-d', '--name', name, 'busybox', 'sleep', '3600'], { stdio: 'ignore' });
    }
    const wires = names.map(wireOf);
    const isFast = await benchRate(wires[0]!, folder);
    const isSmall = await benchMemory(wires[0]!, folder);
    await benchSeveral(wires, folder);
    return isFast && isSmall;
  } finally {
    rmSync(folder, { recursive: true });
    remove();
  }
}

const TMPFS = 0x01021994;

/** A folder on a disk: where a file were memory, the memory of a capture would be there. */
function diskFolder(): string {
  return [tmpdir(), '/var/tmp'].find((folder) => statfsSync(folder).type !== TMPFS) ?? tmpdir();
}

interface Trial {
  readonly rate: number;
  readonly isLossless: boolean;
  /** processor time of all that captures, in µs for a packet that was sent */
  readonly cost: number;
}

interface Way {
  readonly name: string;
  argv(file: string): readonly string[];
}

const LENGTH = 128;
const THOUSANDS = 400;
const ROUNDS = 7;
/** Rounds after which it may be enough, and the time after which it is. */
const LEAST_ROUNDS = 3;
const RATE_MS = 90_000;
/** One tries so much less after a loss, so often at most. */
const LESS = 0.9;
const MOST_STEPS = 5;
const AT_LEAST = 0.9;

async function benchRate(wire: Wire, folder: string): Promise<boolean> {
  const traffic = join(folder, 'traffic.pcap');
  writeTraffic(traffic, wire, LENGTH);
  const pid = execFileSync('docker', ['inspect', '-f', '{{.State.Pid}}', wire.container], { encoding: 'utf8' }).trim();
  const bare: Way = {
    name: 'nsenter -t PID -n tcpdump -w FILE',
    argv: (file) => ['nsenter', '-t', pid, '-n', 'tcpdump', '-n', '-i', 'eth0', '-w', file],
  };
  const dbg: Way = {
    name: 'dbg tcpdump CTR -w FILE',
    // What a person types: on all devices.
    argv: (file) => [process.execPath, 'bin/dbg.js', 'tcpdump', wire.container, '-w', file],
  };
  console.log(
    `\na capture into a file, Node ${process.version}, ${cpus().length} processors, ${THOUSANDS},000 packets of ${LENGTH} bytes a trial`,
  );
  await send(wire.device, traffic, THOUSANDS, undefined);
  const alone = await send(wire.device, traffic, THOUSANDS, undefined);
  console.log(`sent with nothing that captures: ${thousands(alone.rate)} packets a second`);

  const found = new Map<Way, Trial[]>([
    [bare, []],
    [dbg, []],
  ]);
  const ratios: number[] = [];
  const began = Date.now();
  let rounds = 0;
  while (rounds < ROUNDS && (rounds < LEAST_ROUNDS || Date.now() - began < RATE_MS)) {
    // Who is first changes: what the machine does in between falls on both alike.
    const best = new Map<Way, number>();
    for (const way of rounds % 2 === 0 ? [bare, dbg] : [dbg, bare]) {
      const trials = await descend(way, wire, traffic, folder);
      found.get(way)!.push(...trials);
      best.set(way, trials.find(({ isLossless }) => isLossless)?.rate ?? 0);
    }
    ratios.push(best.get(dbg)! / best.get(bare)!);
    rounds++;
  }
  console.log(`${rounds} rounds interleaved; a rate counts when every packet is in the file`);
  console.log(`${''.padEnd(34)}  median of the best   highest   µs a packet   trials   with loss`);
  for (const way of [bare, dbg]) console.log(summary(way, found.get(way)!, rounds));
  // Within a round: the machine is as busy for the one as for the other, or nearly so.
  const ratio = median(ratios);
  return bar(
    `packets a second without loss, dbg ≥ ${AT_LEAST} × bare in a round`,
    ratio >= AT_LEAST,
    `${ratio.toFixed(2)} (median of ${ratios.map((each) => each.toFixed(2)).join(', ')})`,
  );
}

/** From as fast as it goes down to the first rate at which nothing is lost. */
async function descend(way: Way, wire: Wire, traffic: string, folder: string): Promise<Trial[]> {
  const trials: Trial[] = [];
  let wanted: number | undefined;
  while (trials.length < MOST_STEPS && !trials.at(-1)?.isLossless) {
    const trial = await tryOut(way, wire, traffic, folder, wanted);
    trials.push(trial);
    wanted = trial.rate * LESS;
  }
  return trials;
}

async function tryOut(
  way: Way,
  wire: Wire,
  traffic: string,
  folder: string,
  wanted: number | undefined,
): Promise<Trial> {
  const file = join(folder, 'capture.pcap');
  const capture = await startCapture(way.argv(file), /listening on/);
  let sent: Sent;
  let spent: number;
  let said: string;
  try {
    const before = processorSeconds(capture.pid);
    sent = await send(wire.device, traffic, THOUSANDS, wanted);
    await capture.settled();
    spent = processorSeconds(capture.pid) - before;
  } finally {
    said = await capture.end();
  }
  const isWhole = packetsOf(file, LENGTH) === sent.packets;
  rmSync(file);
  return {
    rate: sent.rate,
    isLossless: isWhole && /^0 packets dropped by kernel/m.test(said),
    cost: (spent * 1e6) / sent.packets,
  };
}

/** What came of one way: of each round, its highest rate without loss. */
function summary({ name }: Way, trials: readonly Trial[], rounds: number): string {
  const best = trials.filter(({ isLossless }) => isLossless);
  // A round without any counts as 0.
  const rates = [...best.map(({ rate }) => rate), ...Array<number>(rounds - best.length).fill(0)];
  const cells = [
    thousands(median(rates)).padStart(20),
    thousands(Math.max(...rates)).padStart(10),
    median(best.map(({ cost }) => cost))
      .toFixed(2)
      .padStart(14),
    String(trials.length).padStart(9),
    String(trials.length - best.length).padStart(12),
  ];
  return `${name.padEnd(34)}${cells.join('')}`;
}

const LARGE = 1400;
const SIZE = 2e9;
const SPARE = 500e6;
const MOST_MB = 150;
const MOST_GROWTH = 1.2;
const SAMPLE_MS = 100;
const MEMORY_MS = 45_000;

async function benchMemory(wire: Wire, folder: string): Promise<boolean> {
  const { bavail, bsize } = statfsSync(folder);
  const size = Math.min(SIZE, bavail * bsize - SPARE);
  console.log(`\nmemory of dbg's process over a capture of ${(size / 1e9).toFixed(1)} GB, packets of ${LARGE} bytes`);
  if (size < SIZE) console.log(`(there is no more room in ${folder})`);
  const [traffic, file] = [join(folder, 'large.pcap'), join(folder, 'large-capture.pcap')];
  writeTraffic(traffic, wire, LARGE);
  const argv = [process.execPath, 'bin/dbg.js', 'tcpdump', wire.container, '-i', 'eth0', '-w', file];
  const capture = await startCapture(argv, /listening on/);
  const samples: number[] = [];
  const sampler = setInterval(() => samples.push(memory(capture.pid, 'VmRSS')), SAMPLE_MS);
  const sent: Sent[] = [];
  let most = 0;
  try {
    const began = Date.now();
    while (statSync(file).size < size && Date.now() - began < MEMORY_MS) {
      sent.push(await send(wire.device, traffic, 100, undefined));
    }
    clearInterval(sampler);
    await capture.settled();
    most = memory(capture.pid, 'VmHWM');
  } finally {
    clearInterval(sampler);
    await capture.end();
  }
  const all = sent.reduce((sum, { packets }) => sum + packets, 0);
  const kept = packetsOf(file, LARGE);
  const written = statSync(file).size;
  rmSync(file);
  const half = Math.floor(samples.length / 2);
  const [first, second] = [Math.max(...samples.slice(0, half)), Math.max(...samples.slice(half))];
  console.log(
    `${(written / 1e9).toFixed(2)} GB at ${thousands(median(sent.map(({ rate }) => rate)))} packets a second, ` +
      `${(100 - (100 * kept) / all).toFixed(1)} % lost; MB: median ${median(samples).toFixed(0)}, ` +
      `first half at most ${first.toFixed(0)}, second half ${second.toFixed(0)}, VmHWM ${most.toFixed(0)}`,
  );
  const isSmall = bar(`under ${MOST_MB} MB`, most < MOST_MB, most.toFixed(0));
  const isFlat = bar('second half ≤ 1.2 × first half', second <= MOST_GROWTH * first, (second / first).toFixed(2));
  return (
    isSmall && isFlat && bar(`${(size / 1e9).toFixed(1)} GB captured`, written >= size, (written / 1e9).toFixed(2))
  );
}

const EACH = 50;
const SEVERAL_STEPS = 5;
const LESS_OF_SEVERAL = 0.75;

/** Several containers into one pcapng, sent to at the same time: figures without a bar. */
async function benchSeveral(wires: readonly Wire[], folder: string): Promise<void> {
  const file = join(folder, 'several.pcapng');
  const traffics = wires.map((wire, at) => {
    const path = join(folder, `several-${at}.pcap`);
    writeTraffic(path, wire, LENGTH);
    return path;
  });
  const list = wires.map(({ container }) => container).join(',');
  const argv = [process.execPath, 'bin/dbg.js', 'tcpdump', list, '-i', 'eth0', '-w', file];
  console.log(`\n${wires.length} containers into one pcapng, ${EACH},000 packets of ${LENGTH} bytes to each`);
  let wanted = 50_000;
  for (let step = 0; step < SEVERAL_STEPS; step++, wanted *= LESS_OF_SEVERAL) {
    const capture = await startCapture(argv, /dbg: capturing on/);
    let sent: readonly Sent[];
    let spent: number;
    let most: number;
    try {
      const before = processorSeconds(capture.pid);
      sent = await Promise.all(wires.map(({ device }, at) => send(device, traffics[at]!, EACH, wanted)));
      await capture.settled();
      await after(500);
      spent = processorSeconds(capture.pid) - before;
      most = memory(capture.pid, 'VmHWM');
    } finally {
      await capture.end();
    }
    const all = sent.reduce((sum, { packets }) => sum + packets, 0);
    const rate = sent.reduce((sum, each) => sum + each.rate, 0);
    const lost = all - packetsOfNg(file, LENGTH);
    rmSync(file);
    console.log(
      `${thousands(rate)} packets a second in all: ${((100 * lost) / all).toFixed(1)} % lost, ` +
        `${((spent * 1e6) / all).toFixed(2)} µs a packet, VmHWM ${most.toFixed(0)} MB`,
    );
    if (lost === 0) return;
  }
}

const thousands = (rate: number): string => Math.round(rate).toLocaleString('en');

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
