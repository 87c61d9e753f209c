import { posix } from 'node:path';
import { DbgError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { parseEnviron } from '../proc/pid/environ.ts';
import { comparableRule, ruleOfZoneFile } from '../proc/time-zone.ts';
import { readInContainer, readRegular } from './read-in-container.ts';
import type { Subject } from './subject.ts';

/** How a container's first process tells the time. */
export interface ClockSeen {
  /** the variable TZ; undefined where it has none */
  readonly zone: string | undefined;
  /**
   * the rule for its local time; undefined where TZ names a zone that the container does not have
   */
  readonly rule: string | undefined;
  readonly hostRule: string | undefined;
  /** the variables by which libfaketime tells it another time: "FAKETIME=-15d" */
  readonly faked: readonly string[];
}

/** Files of time zone data have up to 3 KiB; those with all leap seconds a little more. */
const LIMIT = 1 << 16;
/** Where the C libraries look for zones: glibc in the first, musl in all three. */
const FOLDERS = ['/usr/share/zoneinfo', '/share/zoneinfo', '/etc/zoneinfo'];
const UTC = 'UTC0';
/** Zones that mean what the C library takes anyway where the file is missing. */
const IS_UTC = /^((Etc\/)?(UTC|UCT|GMT|GMT0|Universal|Zulu|Greenwich)|)$/;

/** How the container's first process tells the time, by its variables and its files. */
export async function clockOf(host: Host, { pid }: Subject): Promise<ClockSeen> {
  const text = host.read(`/proc/${pid}/environ`);
  if (text === undefined) throw new DbgError('its variables may not be read');
  const variables = new Map(parseEnviron(text));
  const zone = variables.get('TZ');
  const hostFile = await readRegular(host, '/', '/etc/localtime', LIMIT);
  return {
    zone,
    rule: await ruleOf(host, pid, zone, variables.get('TZDIR')),
    hostRule: hostFile === undefined ? UTC : ruleOfZoneFile(hostFile),
    faked: fakedBy(variables),
  };
}

/** tzset(3): TZ is a rule, the name of a file, or left out. A colon before it means nothing. */
async function ruleOf(host: Host, pid: number, zone: string | undefined, folder: string | undefined) {
  const name = zone?.replace(/^:/, '');
  if (name === '') return UTC;
  const folders = folder === undefined ? FOLDERS : [folder, ...FOLDERS];
  const paths = name === undefined ? ['/etc/localtime'] : folders.map((each) => posix.resolve('/', each, name));
  for (const path of paths) {
    const file = await readInContainer(host, pid, path, LIMIT);
    if (file !== undefined) return ruleOfZoneFile(file) ?? UTC;
  }
  if (name === undefined || IS_UTC.test(name)) return UTC;
  return comparableRule(name) === undefined ? undefined : name;
}

/** libfaketime is loaded into a program by LD_PRELOAD, and reads FAKETIME. */
function fakedBy(variables: ReadonlyMap<string, string>): string[] {
  if (!/faketime/.test(variables.get('LD_PRELOAD') ?? '')) return [];
  return ['LD_PRELOAD', 'FAKETIME', 'FAKETIME_TIMESTAMP_FILE'].flatMap((name) =>
    variables.has(name) ? [`${name}=${variables.get(name)!}`] : [],
  );
}
