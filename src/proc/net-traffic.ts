/** What a device has carried since it was made, as its own namespace counts it. */
export interface DeviceTraffic {
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** packets that were not taken or not sent: no room, no protocol for them … */
  readonly drops: number;
  /** packets that were broken */
  readonly errors: number;
}

/**
 * Reads /proc/PID/net/dev (proc_pid_net(5)): every device by its name. Its columns are, first
 * received and then sent: bytes, packets, errs, drop, and four more each (net/core/net-procfs.c).
 */
export function parseTraffic(text: string): ReadonlyMap<string, DeviceTraffic> {
  const lines = text.split('\n').flatMap((line) => {
    // A name may hold any character but "/", ":" and blanks (dev_valid_name).
    const end = line.indexOf(':');
    const values =
      end < 0
        ? []
        : line
            .slice(end + 1)
            .trim()
            .split(/\s+/)
            .map(Number);
    if (values.length < 16) return [];
    const at = (column: number) => values[column]!;
    const device = {
      receivedBytes: at(0),
      sentBytes: at(8),
      drops: at(3) + at(11),
      errors: at(2) + at(10),
    };
    return [[line.slice(0, end).trim(), device] as const];
  });
  return new Map(lines);
}
