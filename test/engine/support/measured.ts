import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { dbg } from './dbg.ts';

/**
 * Writes down, at dbg's end, the most memory that it ever had: VmHWM of /proc/self/status, which begins with execve(2). What wait4(2)
 * tells of a process, ru_maxrss, is that of the one that started it where that one had more.
 */
const REPORT = `process.on('exit', () => {
  const { readFileSync, writeFileSync } = require('node:fs');
  writeFileSync(process.env.DBG_TEST_PEAK, /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
});`;

/** How long a test waits for a dbg that must end by itself: longer than dbg waits for an engine, on a busy machine too. */
const PATIENCE_MS = 50_000;

export interface Measured {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** whether it ended by itself */
  readonly ended: boolean;
  readonly megabytes: number;
  readonly milliseconds: number;
}

/** Runs dbg to its end and measures it. */
export async function measured(args: readonly string[], env: Record<string, string> = {}): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'dbg-measured-'));
  const [script, peak] = [join(folder, 'report.cjs'), join(folder, 'peak')];
  writeFileSync(script, REPORT);
  const began = performance.now();
  const result = await dbg(args, {
    env: { NODE_OPTIONS: `--require=${resolve(script)}`, DBG_TEST_PEAK: peak, ...env },
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 10_000_000,
  });
  const milliseconds = Math.round(performance.now() - began);
  const kibibytes = result.timedOut ? NaN : Number(readFileSync(peak, 'utf8'));
  rmSync(folder, { recursive: true });
  return {
    exitCode: result.exitCode,
    stdout: String(result.stdout),
    stderr: String(result.stderr),
    ended: !result.timedOut && result.signal === undefined,
    megabytes: Math.round(kibibytes / 1024),
    milliseconds,
  };
}
