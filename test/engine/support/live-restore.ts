import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { removeCgroups } from '../../own-engine/cgroups.ts';
import type { Lab } from './lab.ts';

/** A dockerd whose containers go on without it (live-restore), to be killed and started again. */
export interface LiveRestore {
  /** what leads dbg and docker to it */
  readonly env: { readonly DOCKER_HOST: string };
  docker(...args: readonly string[]): Promise<string>;
  /** starts it, and resolves when it answers */
  up(): Promise<void>;
  /** kill -9 of dockerd alone */
  down(): Promise<void>;
}

/** In network and mount namespaces of its own, so that it touches no rule and no bridge of the engine that the tests run on. */
export async function liveRestore(lab: Lab): Promise<LiveRestore> {
  const at = (name: string) => join(lab.folder, name);
  const cgroup = basename(lab.folder);
  const socket = `unix://${at('e.sock')}`;
  const env = { DOCKER_HOST: socket };
  const docker = async (...args: readonly string[]) => (await execa('docker', args, { env })).stdout.trim();
  // They outlive each dockerd: the next one is to see the mounts of the one before.
  const holder = spawn('unshare', ['-n', '-m', 'sh', '-c', 'ip link set lo up && echo ready && exec sleep 3600'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  let daemon: ChildProcess | undefined;
  const log = openSync(at('log'), 'a');

  async function up(): Promise<void> {
    const options = ['--live-restore', '--bridge=none', '--iptables=false', '--cgroup-parent', cgroup];
    const folders = ['--data-root', at('data'), '--exec-root', at('x'), '--pidfile', at('pid')];
    const inThere = ['-t', String(holder.pid), '-n', '-m', '--', 'dockerd'];
    daemon = spawn('nsenter', [...inThere, ...options, ...folders, '-H', socket], { stdio: ['ignore', log, log] });
    await expect.poll(() => docker('version').catch(() => '')).toContain('Server');
  }
  async function down(): Promise<void> {
    const ended = once(daemon!, 'exit');
    daemon!.kill('SIGKILL');
    await ended;
    // Its containerd ends with it; the pid file would be taken for one that lives.
    await execa('rm', ['-f', at('pid'), at('e.sock')]);
  }
  lab.cleanUp(async () => {
    if (daemon!.exitCode !== null || daemon!.signalCode !== null) await up();
    const all = await docker('ps', '-aq');
    if (all !== '') await docker('rm', '-f', ...all.split('\n'));
    const ended = once(daemon!, 'exit');
    daemon!.kill('SIGTERM');
    await ended;
    holder.kill('SIGKILL');
    closeSync(log);
    await removeCgroups(cgroup);
  });
  await up();
  await execa('sh', ['-c', `docker save busybox | DOCKER_HOST=${socket} docker load`]);
  return { env, docker, up, down };
}
