/** What tcpdump counts (pcap_stats(3PCAP)). */
export interface Counts {
  /** that it has seen */
  readonly captured: number;
  /** that passed the filter in the kernel, those that it then dropped too */
  readonly received: number;
  /** by the kernel, for want of room in its ring */
  readonly dropped: number;
}

export const emptyCounts: Counts = { captured: 0, received: 0, dropped: 0 };

const INFO = /^tcpdump: (\d+) packets? captured, (\d+) packets? received by filter, (\d+) packets? dropped by kernel/;

/** Reads the line with which tcpdump answers SIGUSR1. */
export function parseInfo(line: string): Counts | undefined {
  const [, captured, received, dropped] = INFO.exec(line) ?? [];
  return captured === undefined
    ? undefined
    : { captured: Number(captured), received: Number(received), dropped: Number(dropped) };
}

/** Reads one of the lines with which tcpdump ends; nothing when it is none. */
export function finalCount(line: string): Partial<Counts> {
  const [, count, what] = /^(\d+) packets? (captured|received by filter|dropped by kernel)$/.exec(line) ?? [];
  if (count === undefined) return {};
  const key = what === 'captured' ? 'captured' : what === 'received by filter' ? 'received' : 'dropped';
  return { [key]: Number(count) };
}

/** tcpdump says so when every filter is in place; without the first word when it prints text. */
export const isListening = (line: string): boolean => /^(tcpdump: )?listening on /.test(line);

/** What tcpdump says before that of every capture. */
export const isPreface = (line: string): boolean => /^tcpdump: (data link type|verbose output suppressed)/.test(line);
