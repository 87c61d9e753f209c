import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/** One thing to time: a program from start to end. */
export interface Case {
  readonly name: string;
  readonly argv: readonly string[];
  /** the exit code with which it ends; left out: 0 */
  readonly exitCode?: number;
}

export interface Measured extends Case {
  /** milliseconds, of all rounds */
  readonly median: number;
  readonly fastest: number;
}

/**
 * Times cases in turn, round after round, so that what else the machine does falls on all of them alike. The first round
 * warms the file cache and does not count. Throws when a case fails: a program that stops early would look fast.
 */
export function interleaved(cases: readonly Case[], rounds: number): Measured[] {
  const times = cases.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    if (process.stderr.isTTY) process.stderr.write(`\rround ${round} of ${rounds} `);
    for (const [at, { name, argv, exitCode = 0 }] of cases.entries()) {
      const [file = '', ...args] = argv;
      const began = performance.now();
      const { status, stderr } = spawnSync(file, args, { env: ENV, stdio: ['ignore', 'ignore', 'pipe'] });
      const took = performance.now() - began;
      if (status !== exitCode) throw new Error(`${name} failed with ${String(status)}: ${stderr.toString()}`);
      if (round > 0) times[at]!.push(took);
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  return cases.map((each, at) => {
    const sorted = times[at]!.toSorted((a, b) => a - b);
    return { ...each, median: sorted[Math.floor(sorted.length / 2)]!, fastest: sorted[0]! };
  });
}

// With NODE_EXTRA_CA_CERTS, Node 20 parses those certificates at every start (70 ms): that would measure them.
const { NODE_EXTRA_CA_CERTS: _, ...ENV } = process.env;

/** Something that is to hold: this case's median in units of that one's. */
export interface Bar {
  readonly name: string;
  readonly than: string;
  readonly atMost: number;
}

/** The figures as a table, and each bar with what came out. Gives whether all bars are met. */
export function report(measured: readonly Measured[], bars: readonly Bar[]): boolean {
  const unit = measured[0]!;
  const width = Math.max(...measured.map(({ name }) => name.length));
  console.log(`${'case'.padEnd(width)}   median ms  fastest ms  × ${unit.name}`);
  for (const { name, median, fastest } of measured) {
    console.log(
      `${name.padEnd(width)}   ${[median, fastest].map((ms) => ms.toFixed(1).padStart(9)).join('  ')}  ${(median / unit.median).toFixed(2)}`,
    );
  }
  const medianOf = (name: string) => measured.find((each) => each.name === name)!.median;
  const outcomes = bars.map(({ name, than, atMost }) => {
    const ratio = medianOf(name) / medianOf(than);
    return bar(`${name} ≤ ${atMost} × ${than}`, ratio <= atMost, ratio.toFixed(2));
  });
  return outcomes.every(Boolean);
}

/** Prints what is to hold and what came out; gives whether it holds. */
export function bar(name: string, isMet: boolean, outcome: string): boolean {
  console.log(`${isMet ? 'met   ' : 'MISSED'}  ${name}: ${outcome}`);
  return isMet;
}
