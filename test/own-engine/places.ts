// Where an engine keeps its things. One directory is one engine; everything of it is named after that directory.
import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';

/**
 * On /var/lib and not on /tmp: overlay2 wants a real file system below it, and every use of the engine is root's, be it
 * directly or through sudo, so one place does for both.
 */
export const DEFAULT_DIR = '/var/lib/dbg-engine';

/** The socket inside the engine's own /run: where `docker` looks without any DOCKER_HOST. */
export const SOCKET = '/run/docker.sock';

export interface Places {
  readonly dir: string;
  /** Locked while an engine is started or ended. */
  readonly lock: string;
  /** dockerd's images and containers: kept from one start to the next. */
  readonly data: string;
  /** Everything else: gone after `down`. */
  readonly run: string;
  /** INIT's own line of /proc/PID/stat, which names it by pid and start time. */
  readonly init: string;
  /** Made when the engine answered and had its images: then `up` need not look again. */
  readonly ready: string;
  readonly log: string;
  /** An empty configuration for the docker client: a context of the person's own would lead to another engine. */
  readonly clientConfig: string;
  /** Mounted over /etc/docker: neither the machine's daemon.json nor its key.json is read or written. */
  readonly daemonConfig: string;
}

export function placesOf(dir: string = DEFAULT_DIR): Places {
  const top = resolve(dir);
  // Inside the engine these are new file systems, in which nothing of the machine's is seen.
  if (/^\/(run|var\/run|proc|sys|dev)(\/|$)/.test(top)) throw new Error(`${top}: choose a directory outside /run`);
  const run = join(top, 'run');
  return {
    dir: top,
    lock: join(top, 'lock'),
    data: join(top, 'data'),
    run,
    init: join(run, 'init.stat'),
    ready: join(run, 'ready'),
    log: join(run, 'dockerd.log'),
    clientConfig: join(run, 'client'),
    daemonConfig: join(run, 'etc-docker'),
  };
}

/**
 * The cgroup above all of this engine's containers. Cgroups are not namespaced here: two engines share one tree, and
 * what a killed engine leaves in it is known by this name only.
 */
export function cgroupName(dir: string): string {
  const top = resolve(dir);
  const readable = basename(top)
    .replace(/[^A-Za-z0-9_-]/g, '_')
    .slice(0, 30);
  return `dbg-engine-${readable}-${createHash('sha256').update(top).digest('hex').slice(0, 10)}`;
}
