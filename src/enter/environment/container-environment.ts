import type { Host } from '../../host/host.ts';
import { engineHostname } from './engine-file.ts';
import type { Variables } from './given-variables.ts';
import type { Target } from '../target.ts';
import { userFile } from '../rights/user-files.ts';

/** A name that sh(1) can export. */
const NAME = /^[A-Za-z_]\w*$/;

export interface ContainerEnvironment {
  readonly variables: Variables;
  /** the names of variables that a program does not get */
  readonly withheld: readonly string[];
}

/**
 * The environment that docker exec gives a program of the container's: the variables of the image
 * and of docker run, and those that the engine adds where these do not set them (moby,
 * CreateDaemonEnvironment; HOME: runc). Names that no shell on the way passes on are left out. A
 * container that has the host's name has no hostname file here, so HOSTNAME is left out.
 * @param uid the user of the program, as the container's user namespace numbers it
 */
export function containerEnvironment(host: Host, { container, pid }: Target, uid: number): ContainerEnvironment {
  const hostname = engineHostname(host, container);
  const own = { ...(hostname ? { HOSTNAME: hostname } : {}), HOME: homeInside(host, pid, uid) };
  return withDefaults(container.env, own);
}

/**
 * Adds docker's default PATH and the engine's variables where the container's own do not set them.
 * @param all NAME=VALUE, as the engine has them
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

/** The PATH that docker gives a container whose image sets none (moby, oci/defaults.go). */
const DOCKERS_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The home of a user by the container's own passwd(5); "/", as with docker, where that has none.
 */
export function homeInside(host: Host, pid: number, uid: number): string {
  const lines = userFile(host, pid, 'passwd').split('\n');
  const entry = lines.find((line) => line.split(':')[2] === String(uid));
  return entry?.split(':')[5] || '/';
}
