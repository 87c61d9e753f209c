import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg, says } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

// containerd without Docker: the one that Docker itself has started, with containers of its own beside
// Docker's, as Kubernetes' are on a node.

const SOCKET = '/run/docker/containerd/containerd.sock';
const AT = ['-H', `containerd://${SOCKET}`];
const IMAGE = 'docker.io/library/busybox:latest';
const ctr = async (...words: readonly string[]) => (await execa('ctr', ['-a', SOCKET, ...words])).stdout;

/** A container as kubelet leaves one, with its name. */
async function container(lab: Lab, name: string, pod = lab.name('pod')): Promise<string> {
  const archive = join(lab.folder, 'busybox.tar');
  await lab.docker('save', '-o', archive, 'busybox:latest');
  await ctr('-n', 'k8s.io', 'images', 'import', archive);
  const id = randomBytes(32).toString('hex');
  const labels = {
    'io.cri-containerd.kind': 'container',
    'io.kubernetes.pod.name': pod,
    'io.kubernetes.pod.namespace': 'shop',
    'io.kubernetes.container.name': name,
  };
  const options = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
  await ctr('-n', 'k8s.io', 'run', '-d', ...options, '--env', 'COLOR=blue', IMAGE, id, 'sleep', '3600');
  lab.cleanUp(async () => {
    await execa('ctr', ['-a', SOCKET, '-n', 'k8s.io', 'tasks', 'rm', '-f', id], { reject: false });
    await execa('ctr', ['-a', SOCKET, '-n', 'k8s.io', 'containers', 'rm', id], { reject: false });
  });
  return `${pod}/${name}`;
}

test('a container of a pod is entered by POD/CONTAINER', async ({ lab }) => {
  const web = await container(lab, 'web');
  const entered = await dbg([...AT, 'exec', web, 'sh', '-c', 'cat /proc/self/comm; ip -br link']);
  expect(entered).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^cat\nlo /) });
  const inside = await dbg([...AT, 'exec', '--all', web, 'sh', '-c', 'ls /bin/busybox; echo "$COLOR"']);
  expect(inside).toMatchObject({ exitCode: 0, stdout: '/bin/busybox\nblue' });
  expect((await dbg([...AT, 'ps', web])).stdout).toContain('sleep 3600');
  expect(JSON.parse(String((await dbg([...AT, 'env', web, '--json'])).stdout))).toBeDefined();
  expect((await dbg([...AT, 'limits', web])).exitCode).toBe(0);
  expect((await dbg([...AT, 'cat', web, '/etc/passwd'])).exitCode).toBeGreaterThanOrEqual(0);
});

test('its traffic is captured', async ({ lab }) => {
  const web = await container(lab, 'web');
  const capture = dbg([...AT, 'tcpdump', web, '-i', 'lo', '-c', '2', 'icmp']);
  await says(capture, 'listening on lo');
  await dbg([...AT, 'exec', web, 'sh', '-c', 'ip link set lo up']);
  await dbg([...AT, 'exec', '--all', web, 'ping', '-c', '1', '127.0.0.1']);
  expect((await capture).stdout).toMatch(/ICMP echo request/);
});

test('names: the beginning of a pod, both of its containers, none', async ({ lab }) => {
  const pod = lab.name('pod');
  const [web, side] = [await container(lab, 'web', pod), await container(lab, 'side', pod)];
  expect((await dbg([...AT, 'ps', `${pod}/s`])).exitCode).toBe(0);
  const both = await dbg([...AT, 'ps', pod]);
  expect([both.exitCode, both.stderr]).toEqual([125, expect.stringContaining(web)]);
  expect(both.stderr).toContain(side);
  const none = await dbg([...AT, 'ps', `${pod}/nosuch`]);
  expect([none.exitCode, none.stderr]).toEqual([125, expect.stringMatching(/there is no container/)]);
  expect(none.stderr).toContain('ctr -a');
  expect(none.stderr).not.toContain('docker ps');
});

test('one that ends while a tool runs in it', async ({ lab }) => {
  const web = await container(lab, 'web');
  const { stdout } = await dbg([...AT, 'ps', web, '--json']);
  const [, pid] = /"pid": ?(\d+)/.exec(String(stdout)) ?? [];
  process.kill(Number(pid), 'SIGKILL');
  await expect
    .poll(async () => (await dbg([...AT, 'exec', web, 'true'])).stderr)
    .toMatch(/is not running|ended|exited/);
});

test('which engine it is', async ({ lab }) => {
  await container(lab, 'web');
  const { stdout, exitCode } = await dbg([...AT, 'context']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`engine      containerd://${SOCKET}`);
  expect(stdout).toMatch(/answers     containerd \d/);
  expect(stdout).toMatch(/containers  on this host: /);
});

test('verbs that need an API of Docker’s say so', async ({ lab }) => {
  const web = await container(lab, 'web');
  const snoop = await dbg([...AT, 'api', 'snoop', '--', 'true']);
  expect([snoop.exitCode, snoop.stderr]).toEqual([125, expect.stringContaining('containerd speaks another API')]);
  const logs = await dbg([...AT, 'logs', web]);
  expect([logs.exitCode, logs.stderr]).toEqual([125, expect.stringContaining('containerd does not tell this')]);
  const helper = await dbg([...AT, '--via', 'helper', 'ps', web]);
  expect([helper.exitCode, helper.stderr]).toEqual([125, expect.stringContaining('runs no helper')]);
});

test('no containerd there', async () => {
  const { exitCode, stderr } = await dbg(['-H', 'containerd:///run/none.sock', 'ps', 'web']);
  expect([exitCode, stderr]).toEqual([
    125,
    expect.stringMatching(/^dbg: no engine answers at containerd:\/\/\/run\/none\.sock \(no such socket\)\n/),
  ]);
});
