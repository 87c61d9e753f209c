import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { dbg } from './dbg.ts';
import type { Lab } from './lab.ts';

/** A line of `dbg top --json`, as far as the tests look at it. */
export interface UsageLine {
  readonly container: string;
  readonly id: string;
  readonly state: string;
  readonly pid: number | null;
  readonly restarts: number | null;
  readonly interval_seconds: number | null;
  readonly cpu?: { readonly percent?: number; readonly throttled_percent?: number; readonly used_usec: number };
  readonly memory?: {
    readonly used_bytes: number;
    readonly cache_bytes: number;
    readonly limit_bytes: number | null;
    readonly oom_kills: number;
  };
  readonly network?: { readonly rx_bytes: number; readonly tx_bytes: number; readonly rx_bytes_per_second?: number };
  readonly io?: { readonly read_bytes: number; readonly written_bytes: number };
  readonly pids?: { readonly used: number; readonly limit: number | null };
  readonly open_files?: { readonly used: number; readonly limit: number; readonly pid: number };
}

/** The figures of containers, once. */
export async function usageOf(...args: readonly string[]): Promise<UsageLine[]> {
  const { stdout, stderr, exitCode } = await dbg(['top', '--no-stream', '--json', ...args]);
  expect(exitCode, String(stderr)).toBe(0);
  return linesOf(String(stdout));
}

export const linesOf = (text: string): UsageLine[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as UsageLine);

/** A dbg that follows containers, with the lines of each moment. */
export function followed(lab: Lab, args: readonly string[], env: Record<string, string> = {}) {
  const running = dbg(['top', '--json', ...args], { env });
  lab.cleanUp(async () => (running.kill('SIGKILL'), await running));
  const lines: UsageLine[] = [];
  createInterface({ input: running.stdout! }).on('line', (line) => lines.push(JSON.parse(line) as UsageLine));
  let said = '';
  running.stderr!.on('data', (piece) => (said += String(piece)));
  return { running, lines, said: () => said };
}

/** What the engine counts for a container now: GET /containers/ID/stats?one-shot=1, as `docker stats` asks it. */
export interface EngineStats {
  readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
  readonly memory_stats: {
    readonly usage: number;
    readonly limit: number;
    readonly stats: Readonly<Record<string, number>>;
  };
  readonly pids_stats: { readonly current: number };
  readonly networks?: Readonly<Record<string, { readonly rx_bytes: number; readonly tx_bytes: number }>>;
  readonly blkio_stats: {
    readonly io_service_bytes_recursive: readonly { readonly op: string; readonly value: number }[] | null;
  };
}

export function engineStats(container: string): Promise<EngineStats> {
  const path = `/containers/${container}/stats?stream=0&one-shot=1`;
  return new Promise((resolve, reject) => {
    request({ socketPath: '/var/run/docker.sock', path }, (answer) => {
      let text = '';
      answer.on('data', (piece) => (text += String(piece)));
      answer.on('end', () => resolve(JSON.parse(text) as EngineStats));
    })
      .on('error', reject)
      .end();
  });
}
