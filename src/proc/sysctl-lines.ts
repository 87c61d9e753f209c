/** A sysctl by the name that sysctl(8) has for it, and its value on one line. */
export interface Sysctl {
  readonly name: string;
  readonly value: string;
}

/**
 * Reads lines of `grep -rH '' net`, begun in /proc/sys: "net/ipv4/ip_forward:0". The lines of a
 * sysctl that has several are joined.
 */
export function parseSysctls(printed: string): Sysctl[] {
  const values = new Map<string, string[]>();
  for (const line of printed.split('\n')) {
    const at = line.indexOf(':');
    if (at < 0) continue;
    const name = line.slice(0, at).replaceAll('/', '.');
    const lines = values.get(name) ?? [];
    lines.push(
      line
        .slice(at + 1)
        .trim()
        .replace(/\s+/g, ' '),
    );
    values.set(name, lines);
  }
  return [...values].map(([name, lines]) => ({ name, value: lines.join(' ') }));
}
