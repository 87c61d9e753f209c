/** What tcpdump counts (pcap_stats(3PCAP)). */
export interface Counts {
  /** packets that tcpdump has seen */
  readonly captured: number;
  /** packets that passed the filter in the kernel, including those that the kernel then dropped */
  readonly received: number;
  /** packets that the kernel dropped for lack of room in its ring */
  readonly dropped: number;
}

export const emptyCounts: Counts = { captured: 0, received: 0, dropped: 0 };

const INFO = /^tcpdump: (\d+) packets? captured, (\d+) packets? received by filter, (\d+) packets? dropped by kernel/;

/** Reads the line with which tcpdump answers SIGUSR1; undefined for another line. */
export function parseInfo(line: string): Counts | undefined {
  const [, captured, received, dropped] = INFO.exec(line) ?? [];
  return captured === undefined
    ? undefined
    : { captured: Number(captured), received: Number(received), dropped: Number(dropped) };
}

/** Reads one of the lines with which tcpdump ends; an empty object for another line. */
export function finalCount(line: string): Partial<Counts> {
  const [, count, what] = /^(\d+) packets? (captured|received by filter|dropped by kernel)$/.exec(line) ?? [];
  if (count === undefined) return {};
  const key = what === 'captured' ? 'captured' : what === 'received by filter' ? 'received' : 'dropped';
  return { [key]: Number(count) };
}

/**
 * Whether tcpdump says that every filter is in place. When it prints text, the line has no
 * "tcpdump: ".
 */
export const isListening = (line: string): boolean => /^(tcpdump: )?listening on /.test(line);

/** Whether the line is one that tcpdump prints at the start of every capture. */
export const isPreface = (line: string): boolean => /^tcpdump: (data link type|verbose output suppressed)/.test(line);
