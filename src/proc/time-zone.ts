/**
 * A rule for local time as TZ may hold it (POSIX, "Environment Variables"), with its parts: names
 * are of letters, or of anything in angle brackets; then hours; then, for summer time, another name
 * and when it begins and ends.
 */
const RULE = /^(?:<[^<>]+>|[A-Za-z]{3,})([+-]?\d[\d:]*)(?:(?:<[^<>]+>|[A-Za-z]{3,})(.*))?$/;

/**
 * What a rule says, so that two of them can be compared: the names of the zone are left out, as
 * UTC0 and GMT0 tell the same time. undefined for a text that is no rule.
 */
export function comparableRule(text: string): string | undefined {
  const [whole, hours = '', summer] = RULE.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const winter = hours.replace(/^\+/, '').replace(/^(-?)0+(?=\d)/, '$1');
  return `${winter === '-0' ? '0' : winter} ${summer ?? '-'}`;
}

/**
 * The rule at the end of a file of time zone data (tzfile(5), version 2 and later): "UTC0",
 * "CET-1CEST,M3.5.0,M10.5.0/3". undefined for another file.
 */
export function ruleOfZoneFile(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, 4).toString('latin1') !== 'TZif' || bytes.at(-1) !== LINE_FEED) return undefined;
  const begin = bytes.lastIndexOf(LINE_FEED, bytes.length - 2);
  const rule = bytes.subarray(begin + 1, -1).toString('latin1');
  return begin >= 0 && comparableRule(rule) !== undefined ? rule : undefined;
}

const LINE_FEED = 0x0a;
