import { nestedKeyed } from '../../proc/cgroup-values.ts';

/**
 * How much of the time tasks waited: in percent of the last 10, 60 and 300 seconds, and in
 * microseconds altogether (Documentation/accounting/psi.rst).
 */
export interface Pressure {
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
  readonly totalMicroseconds: number;
}

/** `some`: at least one task waited. `full`: every task that had something to do waited. */
export type PressureLines = Readonly<Partial<Record<'some' | 'full', Pressure>>>;

/**
 * Reads cpu.pressure, memory.pressure or io.pressure. undefined when the kernel does not count
 * pressure (psi=0, cgroup.pressure 0).
 */
export function parsePressure(text: string | undefined): PressureLines | undefined {
  const lines = nestedKeyed(text);
  const [some, full] = ['some', 'full'].map((key) => {
    const values = lines.get(key);
    const value = (name: string) => Number(values?.get(name) ?? 0);
    return (
      values && {
        avg10: value('avg10'),
        avg60: value('avg60'),
        avg300: value('avg300'),
        totalMicroseconds: value('total'),
      }
    );
  });
  if (some === undefined) return undefined;
  return full === undefined ? { some } : { some, full };
}

/**
 * How long at least one task has waited altogether, in microseconds, by the same text. undefined as
 * in parsePressure.
 */
export function waitedMicroseconds(text: string | undefined): number | undefined {
  const total = /^some .*total=(\d+)/m.exec(text ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
}
