import type { Host } from '../../host/host.ts';
import { engineHostname } from './engine-file.ts';
import type { Variables } from './given-variables.ts';
import type { Target } from '../target.ts';
import { userFile } from '../rights/user-files.ts';

/** A name that sh(1) can export. */
const NAME = /^[A-Za-z_]\w*$/;

export interface ContainerEnvironment {
  readonly variables: Variables;
  /** names that a program does not get */
  readonly withheld: readonly string[];
}

/**
 * The environment that docker exec gives a program of the container's: the image's and docker run's
 * variables, and what the engine adds where those say nothing else (moby, CreateDaemonEnvironment;
 * HOME: runc). Left out are names that no shell on the way hands on. A container with the host's
 * name has no file of its name here.
 * @param uid who the program runs as, as the container's user namespace numbers it
 */
export function containerEnvironment(host: Host, { container, pid }: Target, uid: number): ContainerEnvironment {
  const hostname = engineHostname(host, container);
  const own = { ...(hostname ? { HOSTNAME: hostname } : {}), HOME: homeInside(host, pid, uid) };
  return withDefaults(container.env, own);
}

/**
 * @param all the engine's NAME=VALUE
 * @param own what the engine adds
 */
export function withDefaults(all: readonly string[], own: Variables): ContainerEnvironment {
  const pairs = all.map((entry) => entry.split(/=(.*)/s)).map(([name = '', value = '']) => [name, value] as const);
  const passes = (name: string) => NAME.test(name);
  return {
    variables: { PATH: DOCKERS_PATH, ...own, ...Object.fromEntries(pairs.filter(([name]) => passes(name))) },
    withheld: pairs.flatMap(([name]) => (passes(name) ? [] : [name])),
  };
}

/** What docker gives a container whose image names none (moby, oci/defaults.go). */
const DOCKERS_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The home of a user by the container's own passwd(5); "/", as docker has it, where that names
 * none.
 */
export function homeInside(host: Host, pid: number, uid: number): string {
  const lines = userFile(host, pid, 'passwd').split('\n');
  const entry = lines.find((line) => line.split(':')[2] === String(uid));
  return entry?.split(':')[5] || '/';
}
