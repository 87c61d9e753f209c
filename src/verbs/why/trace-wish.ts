import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import type { TraceWish } from '../../jobs/why/trace-probe.ts';
import { duration, escapeControls, parseTime } from '../../text.ts';

export interface TraceOptions {
  readonly trace?: boolean;
  /** how long to trace */
  readonly for?: string;
}

const [USUAL_MS, LEAST_MS, MOST_MS] = [3_000, 100, 600_000];

/**
 * The trace that the person asked for; undefined for none. When the trace begins, a line on stderr
 * says so. Throws a usage error.
 */
export function traceWish({ stderr }: Pick<Context, 'stderr'>, options: TraceOptions): TraceWish | undefined {
  if (!options.trace) {
    if (options.for !== undefined) throw usageError('--for says how long --trace takes, and there is no --trace');
    return undefined;
  }
  const forMs = options.for === undefined ? USUAL_MS : parseTime(options.for);
  if (forMs === undefined || forMs < LEAST_MS || forMs > MOST_MS)
    throw usageError(`--for takes a time such as 10s or 2m (100ms to 10m), not "${options.for}"`);
  return {
    forMs,
    onBegin: (name, processes) =>
      stderr.write(
        `dbg: ${escapeControls(name)}: tracing ${processes === 1 ? 'its process' : `its ${processes} processes`} for ${duration(forMs)}; let it do now what is refused\n`,
      ),
  };
}

/** Throws a usage error for a trace of anything but one container. */
export function refuseTrace({ trace, for: time }: TraceOptions): void {
  if (trace || time !== undefined) throw usageError('--trace is about one container alone: dbg why CTR --trace');
}
