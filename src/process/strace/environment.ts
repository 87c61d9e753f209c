import type { Variables } from '../../enter/environment.ts';
import type { Host } from '../../host/host.ts';

/** A name that sh(1) can export. */
const NAME = /^[A-Za-z_]\w*$/;

export interface CommandEnvironment {
  readonly given: Variables;
  /** names that the command does not get */
  readonly withheld: readonly string[];
}

/**
 * The environment that docker exec gives a command, as far as it can be had on the way through the host.
 * @param all the engine's NAME=VALUE
 * @param own what the engine adds where those say nothing else
 */
export function commandEnvironment(all: readonly string[], own: Variables): CommandEnvironment {
  const pairs = all.map((entry) => entry.split(/=(.*)/s)).map(([name = '', value = '']) => [name, value] as const);
  const passes = (name: string) => NAME.test(name);
  return {
    given: { PATH: DOCKERS_PATH, ...own, ...Object.fromEntries(pairs.filter(([name]) => passes(name))) },
    withheld: pairs.flatMap(([name]) => (passes(name) ? [] : [name])),
  };
}

/** What docker gives a container whose image names none (moby, oci/defaults.go). */
const DOCKERS_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The home of a user by the container's own /etc/passwd (passwd(5)), read without following a link of its; "/" as docker has it when there is none. */
export function homeInside(host: Host, pid: number, uid: number): string {
  const passwd = host.readBelow(`/proc/${pid}/root`, 'etc/passwd', PASSWD_LIMIT) ?? '';
  const entry = passwd.split('\n').find((line) => line.split(':')[2] === String(uid));
  return entry?.split(':')[5] || '/';
}

const PASSWD_LIMIT = 1 << 20;
