/** The swap of the machine in bytes, by /proc/meminfo (proc_meminfo(5)); 0 where it has none. */
export function parseSwapTotal(text: string): number {
  const [, kibibytes] = /^SwapTotal: *(\d+) kB$/m.exec(text) ?? [];
  return Number(kibibytes ?? 0) * 1024;
}
