// The commands that start an engine and enter it, as data.
import { fileURLToPath } from 'node:url';
import { cgroupName, type Places, placesOf, SOCKET } from './places.ts';

const INIT = fileURLToPath(new URL('init.sh', import.meta.url));

/** What names one running engine: INIT, the first process of its namespaces, as the machine sees it. */
export interface EngineState {
  readonly dir: string;
  readonly pid: number;
  readonly startTime: string;
}

/** dockerd's own arguments. Sockets and pid files lie in the engine's private /run, so their paths stay short. */
export function dockerdArgv(places: Places, dockerd = 'dockerd'): string[] {
  return [
    dockerd,
    `--data-root=${places.data}`,
    '--exec-root=/run/docker',
    '--pidfile=/run/docker.pid',
    `--host=unix://${SOCKET}`,
    '--bip=10.213.0.1/24',
    '--default-address-pool=base=10.214.0.0/16,size=24',
    // The systemd driver would ask the machine's systemd for slices; with cgroupfs the name below is the path.
    '--exec-opt=native.cgroupdriver=cgroupfs',
    `--cgroup-parent=/${cgroupName(places.dir)}`,
  ];
}

/**
 * unshare stays as INIT's parent and reaps it; --kill-child ends INIT when unshare is killed. Mounts propagate inward
 * only (slave): the machine never sees the engine's. init.sh mounts /proc itself, after it has read its own pid in the old one.
 */
export function initArgv(places: Places, dockerd?: string): string[] {
  const unshare = ['unshare', '-m', '--propagation', 'slave', '-n', '-u', '-i', '-p', '-f', '--kill-child', '--'];
  return [...unshare, 'sh', INIT, places.run, places.daemonConfig, ...dockerdArgv(places, dockerd)];
}

/**
 * The command that runs argv inside the engine, with the caller's stdio, environment and directory.
 *
 * nsenter does not fork (-F): a waiting nsenter would die of Ctrl-C while the command runs on. Its place has a shell that
 * outlives INT and QUIT and ends with the command's exit code (128+n for signal n); only the command, its child, is in
 * the pid namespace. When that shell is ended by anything else, the kernel ends the command (--pdeathsig).
 * A mount namespace's root is not INIT's when the engine was started in a chroot: -r takes INIT's.
 * What leads docker clients to other engines is taken out of the environment.
 */
export function execArgv(state: EngineState, argv: readonly string[], cwd: string = process.cwd()): string[] {
  const enter = ['nsenter', '-t', String(state.pid), '-m', '-r', '-n', '-u', '-i', '-p', '-F', '--'];
  const elsewhere = ['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_TLS', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH'];
  const env = ['env', '-C', cwd, ...elsewhere.flatMap((name) => ['-u', name])];
  const client = `DOCKER_CONFIG=${placesOf(state.dir).clientConfig}`;
  const wait = 'trap : INT QUIT; setpriv --pdeathsig TERM -- "$@"; exit $?';
  return [...enter, ...env, client, 'sh', '-c', wait, 'dbg-engine', ...argv];
}
