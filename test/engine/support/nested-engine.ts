import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { removeCgroups } from '../../own-engine/cgroups.ts';
import type { Lab } from './lab.ts';

/**
 * A dockerd in pid, network, mount, ipc and uts namespaces of its own, as in Docker in Docker. Gives
 * what leads dbg and docker to it from outside, and docker's stdout.
 */
export async function nestedEngine(lab: Lab) {
  const at = (name: string) => join(lab.folder, name);
  const cgroup = basename(lab.folder);
  const env = { DOCKER_HOST: `unix://${at('e.sock')}` };
  const docker = async (...args: readonly string[]) => (await execa('docker', args, { env })).stdout.trim();
  const folders = ['--data-root', at('data'), '--exec-root', at('x'), '--pidfile', at('pid')];
  const options = ['--iptables=false', '--bip=10.215.0.1/24', '--cgroup-parent', cgroup];
  const dockerd = ['dockerd', ...options, ...folders, '-H', env.DOCKER_HOST];
  const namespaces = ['-n', '-m', '-u', '-i', '-p', '-f', '--mount-proc', '--kill-child=SIGTERM'];
  const log = openSync(at('log'), 'a');
  // dockerd is the first process of the pid namespace, and all in it ends with it.
  const unshare = spawn(
    'unshare',
    [...namespaces, 'sh', '-c', 'ip link set lo up && exec "$@"', 'nested-engine', ...dockerd],
    { stdio: ['ignore', log, log] },
  );
  lab.cleanUp(async () => {
    const all = await docker('ps', '-aq').catch(() => '');
    if (all !== '') await docker('rm', '-f', ...all.split('\n'));
    const ended = once(unshare, 'exit');
    const [dockerdPid] = readFileSync(`/proc/${unshare.pid}/task/${unshare.pid}/children`, 'utf8').split(' ');
    if (dockerdPid) process.kill(Number(dockerdPid), 'SIGTERM');
    await ended;
    closeSync(log);
    await removeCgroups(cgroup);
  });
  await expect.poll(() => docker('version').catch(() => '')).toContain('Server');
  await execa('sh', ['-c', `docker save busybox | DOCKER_HOST=${env.DOCKER_HOST} docker load`]);
  return { env, docker };
}
