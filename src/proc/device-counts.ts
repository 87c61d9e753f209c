/** What a network device has counted since it was made, in one direction. */
export interface DirectionCounts {
  readonly packets: number;
  readonly errors: number;
  /** packets that its driver or the kernel dropped at the device, without an error in them */
  readonly dropped: number;
}

export interface DeviceCounts {
  readonly received: DirectionCounts;
  readonly sent: DirectionCounts;
}

/**
 * Reads /proc/PID/net/dev: the counts of every device by its name (net/core/net-procfs.c). Behind
 * the colon are bytes, packets, errs, drop, fifo, frame, compressed, multicast of what was
 * received, and bytes, packets, errs, drop … of what was sent.
 */
export function parseDeviceCounts(text: string): ReadonlyMap<string, DeviceCounts> {
  // A name may hold any character but "/", ":" and blanks (dev_valid_name), so the first colon ends
  // it.
  const lines = [...text.matchAll(/^\s*(\S+?):(.*)$/gm)].map(([, name, values]) => {
    const numbers = values!.trim().split(/\s+/).map(Number);
    const from = (at: number) => ({
      packets: numbers[at] ?? 0,
      errors: numbers[at + 1] ?? 0,
      dropped: numbers[at + 2] ?? 0,
    });
    return [name!, { received: from(1), sent: from(9) }] as const;
  });
  return new Map(lines);
}
