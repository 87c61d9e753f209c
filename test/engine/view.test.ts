import { existsSync, lstatSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { dbg, DBG } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

const out = async (...args: readonly string[]) => {
  const { stdout, stderr, exitCode } = await dbg(args);
  expect(exitCode, String(stderr)).toBe(0);
  return stdout as string;
};

async function onNetwork(lab: Lab) {
  const network = await lab.network('net');
  const web = await lab.run('web', {
    options: ['--network', network, '--hostname', 'web-host', '--add-host', 'fixed:192.0.2.7'],
  });
  const db = await lab.run('db', { options: ['--network', network] });
  return { network, web, db };
}

describe('inside, the tools of the host see what the container sees', () => {
  test('names of other containers, through the embedded DNS', async ({ lab }) => {
    const { web, db } = await onNetwork(lab);
    expect(await out('exec', web, 'getent', 'hosts', db)).toContain(await lab.address(db));
    expect(await out('exec', web, 'getent', 'hosts', 'fixed')).toMatch(/^192\.0\.2\.7 /);
    const outside = await dbg(['exec', '--host-view', web, 'getent', 'hosts', db]);
    expect(outside.exitCode).toBe(2);
  });

  test('/sys, and what belongs to no network in it', async ({ lab }) => {
    const { web } = await onNetwork(lab);
    expect(await out('exec', web, 'ls', '/sys/class/net')).toBe('eth0\nlo');
    expect((await out('exec', '--host-view', web, 'ls', '/sys/class/net')).split('\n')).toContain('docker0');
    expect(await out('exec', web, 'ls', '/sys/fs/cgroup')).toBe((await execa('ls', ['/sys/fs/cgroup'])).stdout);
    expect(await out('exec', web, 'ls', '/sys/module')).toBe((await execa('ls', ['/sys/module'])).stdout);
  });

  test('resolv.conf, hosts and hostname are the very files of the container', async ({ lab }) => {
    const { web } = await onNetwork(lab);
    for (const file of ['resolv.conf', 'hosts', 'hostname']) {
      expect(await out('exec', web, 'cat', `/etc/${file}`)).toBe(await lab.docker('exec', web, 'cat', `/etc/${file}`));
    }
    expect(await out('exec', web, 'grep', '^hosts:', '/etc/nsswitch.conf')).toBe('hosts: files dns');
  });

  test('every tool: tcpdump too', async ({ lab }) => {
    const { web } = await onNetwork(lab);
    expect(await out('tcpdump', '--dry-run', web)).toContain('/etc/resolv.conf none bind');
  });

  test("files, working directory and the person's environment stay the host's; the container's files are at hand", async ({
    lab,
  }) => {
    const { web } = await onNetwork(lab);
    await lab.docker('exec', web, 'sh', '-c', 'echo of-the-container > /tmp/mark');
    const script = 'pwd; head -1 package.json; cat "$DBG_ROOT/tmp/mark"; echo "$OWN"';
    const { stdout } = await dbg(['exec', web, 'sh', '-c', script], { env: { OWN: 'mine' } });
    expect(stdout).toBe(`${process.cwd()}\n{\nof-the-container\nmine`);
  });
});

test('nothing is left on the host, nor written into the container', async ({ lab }) => {
  const { web } = await onNetwork(lab);
  const mounts = () =>
    readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => / \/(etc|sys|tmp)/.test(line));
  const host = () => [mounts(), readFileSync('/etc/resolv.conf', 'utf8'), readFileSync('/etc/hosts', 'utf8')];
  const before = host();
  await out('exec', web, 'true');
  await out('exec', '--all', web, 'true');
  expect(host()).toEqual(before);
  expect(await lab.docker('diff', web)).toBe('');
});

test('/etc/resolv.conf as a symbolic link, as systemd-resolved has it', async ({ lab }) => {
  const { web, db } = await onNetwork(lab);
  // In a mount namespace of the test's own: an /etc whose resolv.conf is a link, a socket of the host's resolver beside it.
  const etc = join(lab.folder, 'etc');
  await execa('cp', ['-a', '/etc', etc]);
  await execa('rm', ['-f', join(etc, 'resolv.conf')]);
  writeFileSync(join(lab.folder, 'stub-resolv.conf'), 'nameserver 127.0.0.53\n');
  symlinkSync(join(lab.folder, 'stub-resolv.conf'), join(etc, 'resolv.conf'));
  expect(lstatSync(join(etc, 'resolv.conf')).isSymbolicLink()).toBe(true);
  const inThere = [
    'unshare',
    '-m',
    '--propagation',
    'private',
    'sh',
    '-ec',
    'mount --bind "$1" /etc; shift; exec "$@"',
    'sh',
    etc,
  ];
  const resolver = 'mkdir -p /run/nscd; exec 9>/run/nscd/socket; exec "$@"';
  const [first, ...rest] = [...inThere, 'sh', '-ec', resolver, 'sh', process.execPath, DBG, 'exec', web];
  const { stdout } = await execa(first, [
    ...rest,
    'sh',
    '-c',
    `cat /etc/resolv.conf; getent hosts ${db}; stat -c %F /run/nscd/socket`,
  ]);
  expect(stdout).toContain('nameserver 127.0.0.11');
  expect(stdout).toContain(await lab.address(db));
  expect(stdout).toContain('character special file');
  expect(readFileSync(join(lab.folder, 'stub-resolv.conf'), 'utf8')).toBe('nameserver 127.0.0.53\n');
});

test('dbg inside dbg: the view is that of the inner container', async ({ lab }) => {
  const { web, db } = await onNetwork(lab);
  const look = [
    'sh',
    '-c',
    'cat /sys/class/net/eth0/address /etc/hostname /etc/hosts; ls /sys/fs/cgroup; ls /sys/module | wc -l',
  ];
  const nested = await out('exec', web, process.execPath, DBG, 'exec', db, ...look);
  expect(nested).toBe(await out('exec', db, ...look));
  expect(nested).toContain(await lab.docker('exec', db, 'cat', '/sys/class/net/eth0/address'));
  const thrice = [process.execPath, DBG, 'exec'];
  expect(await out('exec', web, ...thrice, db, ...thrice, web, 'cat', '/sys/class/net/eth0/address')).toBe(
    await lab.docker('exec', web, 'cat', '/sys/class/net/eth0/address'),
  );
});

test('a host whose resolv.conf leads nowhere: said, and --host-view goes on', async ({ lab }) => {
  const { web } = await onNetwork(lab);
  const etc = join(lab.folder, 'etc');
  await execa('cp', ['-a', '/etc', etc]);
  await execa('rm', ['-f', join(etc, 'resolv.conf')]);
  symlinkSync('/run/nowhere/resolv.conf', join(etc, 'resolv.conf'));
  const bind = ['unshare', '-m', '--propagation', 'private', 'sh', '-ec', 'mount --bind "$1" /etc; shift; exec "$@"'];
  const inThere = (...args: readonly string[]) =>
    execa('env', [...bind, 'sh', etc, process.execPath, DBG, ...args], { reject: false });
  const refused = await inThere('exec', web, 'touch', join(lab.folder, 'ran'));
  expect([refused.exitCode, refused.stderr]).toEqual([
    125,
    expect.stringMatching(/\/etc\/resolv.conf of this host cannot be read[^]*--host-view/),
  ]);
  expect(existsSync(join(lab.folder, 'ran'))).toBe(false);
  expect((await inThere('exec', '--host-view', web, 'hostname')).stdout).toBe('web-host');
});

test('where the host refuses a mount: nothing is run, and --host-view goes on', async ({ lab }) => {
  const { web } = await onNetwork(lab);
  // A /sys without folders, in a mount namespace of the test's own: there is nothing to mount on.
  const bare = ['unshare', '-m', '--propagation', 'private', 'sh', '-ec', 'mount -t tmpfs tmpfs /sys; exec "$@"', 'sh'];
  const inThere = (...args: readonly string[]) =>
    execa('env', [...bare, process.execPath, DBG, ...args], { reject: false });
  const refused = await inThere('exec', web, 'touch', join(lab.folder, 'ran'));
  expect(refused.exitCode).toBe(125);
  expect(refused.stderr).toMatch(/refused a mount that the container's view needs \(mount: .*\); nothing was run/);
  expect(refused.stderr).toContain('--host-view');
  expect(existsSync(join(lab.folder, 'ran'))).toBe(false);
  const asked = await inThere('exec', '--host-view', web, 'hostname');
  expect([asked.exitCode, asked.stdout]).toEqual([0, 'web-host']);
});

test('the printed line does the same when it is pasted', async ({ lab }) => {
  const { web } = await onNetwork(lab);
  const line = await out('exec', '--dry-run', web, 'cat', '/sys/class/net/eth0/address', '/etc/hostname');
  for (const shell of ['bash', 'sh']) {
    expect((await execa(shell, ['-c', line])).stdout).toBe(
      `${await lab.docker('exec', web, 'cat', '/sys/class/net/eth0/address')}\nweb-host`,
    );
  }
});

test("a container on the host's network", async ({ lab }) => {
  const container = await lab.run('c', { options: ['--network', 'host'] });
  expect(await out('exec', container, 'readlink', '/proc/self/ns/net')).toBe(readlinkSync('/proc/self/ns/net'));
  expect((await out('exec', container, 'ls', '/sys/class/net')).split('\n')).toContain('docker0');
});
