import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { findProgram } from '../own-engine/programs.ts';
import { dbg } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

interface Podman {
  readonly run: (...args: readonly string[]) => Promise<string>;
  /** a container of Podman's that sleeps */
  readonly container: string;
}

/** A Podman of the test's own, with its API at a socket, and one container. */
async function podman(lab: Lab, socket: string): Promise<Podman> {
  const at = (name: string) => join(lab.folder, 'podman', name);
  mkdirSync(dirname(socket), { recursive: true });
  const own = ['--root', at('root'), '--runroot', at('run'), '--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs'];
  // Podman reads docker's config.json by this variable, and fails where it is not there.
  const options = { env: { DOCKER_CONFIG: undefined } };
  const run = async (...args: readonly string[]) =>
    (await execa(findProgram('podman')!, [...own, ...args], options)).stdout.trim();
  const service = execa(findProgram('podman')!, [...own, 'system', 'service', '-t', '0', `unix://${socket}`], {
    ...options,
    reject: false,
    stdin: 'ignore',
    stdout: 'ignore',
  });
  lab.cleanUp(async () => {
    await run('rm', '-f', '-a');
    service.kill('SIGTERM');
    await service;
    rmSync(socket, { force: true });
  });
  await expect.poll(() => existsSync(socket)).toBe(true);
  const source = await lab.docker('create', '--name', lab.name('source'), 'busybox');
  lab.cleanUp(() => lab.docker('rm', source));
  await lab.docker('export', '-o', join(lab.folder, 'busybox.tar'), source);
  await run('import', join(lab.folder, 'busybox.tar'), 'localhost/busybox');
  const settings = ['--network', 'none', '--security-opt', 'seccomp=unconfined', '--name', lab.name('pod')];
  await run('run', '-d', ...settings, 'localhost/busybox', 'sleep', '3600');
  return { run, container: lab.name('pod') };
}

test('Podman by -H: containers are entered, and hints are for podman', async ({ lab }) => {
  const socket = join(lab.folder, 'podman.sock');
  const { run, container } = await podman(lab, socket);
  const at = ['-H', `unix://${socket}`];
  expect(await dbg([...at, 'exec', container, 'echo', 'in'])).toMatchObject({ stdout: 'in', exitCode: 0 });
  const { stdout } = await dbg([...at, 'context', '--json']);
  expect(JSON.parse(String(stdout))).toMatchObject({
    client: 'podman',
    answer: { name: 'Podman' },
    containers: { where: 'here' },
  });

  const none = await dbg([...at, 'exec', 'nosuch', 'true']);
  expect(none.stderr).toContain(`podman --url unix://${socket} ps -a`);
  await run('stop', '-t', '0', container);
  const stopped = await dbg([...at, 'exec', container, 'true']);
  expect(stopped.stderr).toContain(`podman --url unix://${socket} start ${container}`);
  expect(`${String(none.stderr)}${String(stopped.stderr)}`).not.toContain('docker');
});

test('Podman by CONTAINER_HOST and by its socket, where there is none of Docker', async ({ lab }) => {
  // The socket of the engine of the tests is hidden from dbg in a mount namespace of its own.
  const runtime = join(lab.folder, 'runtime');
  const { container } = await podman(lab, join(runtime, 'podman/podman.sock'));
  const hidden = async (env: Record<string, string>, ...args: readonly string[]) => {
    const script = 'mkdir -p "$0" && mount --bind "$0" /run && exec "$@"';
    const argv = ['-m', '--propagation', 'private', 'sh', '-c', script, join(lab.folder, 'empty')];
    return execa('unshare', [...argv, process.execPath, DBG_HERE, ...args], {
      reject: false,
      stdin: 'ignore',
      env: { DOCKER_HOST: '', ...env },
    });
  };
  const found = await hidden({ XDG_RUNTIME_DIR: runtime }, 'context');
  expect(found.stdout).toContain("chosen      by default: the socket of rootless Podman, as there is none of Docker's");
  expect(found.stdout).toContain('answers     Podman');
  const env = { CONTAINER_HOST: `unix://${join(runtime, 'podman/podman.sock')}` };
  const named = await hidden(env, 'context', '--json');
  expect(JSON.parse(named.stdout)).toMatchObject({ decided_by: 'CONTAINER_HOST', client: 'podman', error: null });
  const missing = await hidden(env, 'exec', 'nosuch', 'true');
  expect(missing.stderr).toContain('podman --remote ps -a');
  expect((await hidden(env, 'exec', container, 'echo', 'in')).stdout).toBe('in');

  const down = await hidden({ CONTAINER_HOST: 'unix:///run/podman/podman.sock' }, 'context');
  expect([down.exitCode, down.stderr]).toEqual([1, expect.stringContaining('sudo systemctl start podman.socket')]);
});

const DBG_HERE = process.env['DBG_UNDER_TEST'] ?? 'bin/dbg.js';
