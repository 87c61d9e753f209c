/** The swap of the machine in bytes, by /proc/meminfo (proc_meminfo(5)); 0 where it has none. */
export const parseSwapTotal = (text: string): number => bytesOf(text, 'SwapTotal');

/** The memory of the machine in bytes, by the same file; 0 where the text does not tell. */
export const parseMemoryTotal = (text: string): number => bytesOf(text, 'MemTotal');

function bytesOf(text: string, name: string): number {
  const [, kibibytes] = new RegExp(`^${name}: *(\\d+) kB$`, 'm').exec(text) ?? [];
  return Number(kibibytes ?? 0) * 1024;
}
