import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { dbg, says } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { makesCuts } from './support/cuts.ts';

makesCuts();

/** A device's name that would make a terminal red, and one that reads backwards. */
const RED = 'e\u001b[31mX';
const BACKWARDS = 'g\u202etxt';
/** What no terminal is to get from a container. */
const DRIVES = /(?![\n\t])[\p{Cc}\p{Cf}]/u;

const inside = (pid: number, ...argv: readonly string[]) => execa('nsenter', ['-t', String(pid), '-n', '--', ...argv]);

/** A container that may name its devices, and does: its eth0 is called otherwise. */
async function named(lab: Lab, suffix: string, name = RED) {
  const container = await lab.run(suffix, { options: ['--cap-add', 'NET_ADMIN'] });
  const pid = await lab.pid(container);
  await inside(pid, 'ip', 'link', 'set', 'dev', 'eth0', 'down');
  await inside(pid, 'ip', 'link', 'set', 'dev', 'eth0', 'name', name);
  await inside(pid, 'ip', 'link', 'set', 'dev', name, 'up', 'alias', `alias\u001b[32m${BACKWARDS}`);
  await inside(pid, 'ip', 'link', 'property', 'add', 'dev', name, 'altname', `alt\u001b[33m`);
  const gateway = await lab.docker('inspect', '-f', '{{.NetworkSettings.Gateway}}', container);
  await inside(pid, 'ip', 'route', 'replace', 'default', 'via', gateway);
  return { container, pid, gateway };
}

describe('a device with a name that drives a terminal', () => {
  test('tcpdump of two containers: its lines are escaped', async ({ lab }) => {
    const [red, plain] = [await named(lab, 'red'), await lab.run('plain')];
    const capture = dbg(['tcpdump', `${red.container},${plain}`, '-c', '2', 'icmp']);
    await says(capture, 'capturing on');
    await lab.docker('exec', red.container, 'ping', '-c', '2', '-W', '1', red.gateway);
    const { stdout, stderr, exitCode } = await capture;
    expect(exitCode, String(stderr)).toBe(0);
    expect(stdout).toContain('e\\e[31mX');
    expect(String(stdout) + String(stderr)).not.toMatch(DRIVES);
  });

  test('tcpdump --where: no stack trace, and a table', async ({ lab }) => {
    const { container, gateway } = await named(lab, 'red');
    const capture = dbg(['tcpdump', '--where', gateway, '--for', '3s', container]);
    await says(capture, 'capturing on');
    await lab.docker('exec', container, 'ping', '-c', '1', '-W', '1', gateway);
    const { stdout, stderr, exitCode } = await capture;
    expect(stderr).not.toContain('unexpected');
    expect(exitCode, String(stderr)).toBe(0);
    expect(stdout).toContain(`${container}/e\\e[31mX`);
    expect(String(stdout) + String(stderr)).not.toMatch(DRIVES);
  });

  test('in a file: no reader of it is driven either', async ({ lab }) => {
    const { container, gateway } = await named(lab, 'red');
    const file = join(lab.folder, 'red.pcapng');
    const capture = dbg(['tcpdump', '--for', '3s', container, 'arp', '-w', file]);
    await says(capture, 'listening on');
    await lab.docker('exec', container, 'ping', '-c', '1', '-W', '1', gateway);
    await capture;
    const bytes = readFileSync(file);
    expect(bytes.includes('e\\e[31mX')).toBe(true);
    expect(bytes.includes(RED)).toBe(false);
  });

  test('every verb that looks, at all kinds of such names', async ({ lab }) => {
    const { container, pid } = await named(lab, 'named');
    for (const name of [BACKWARDS, 'q"\\w', "it's", '\u007f\u009b2J']) {
      await inside(pid, 'ip', 'link', 'add', name, 'up', 'type', 'veth', 'peer', 'name', `p${name}`);
    }
    for (const args of [
      ['veth', container],
      ['veth', container, '--json'],
      ['veth', '--all'],
      ['veth', '--all', '--json'],
      ['veth', '--all', '--dot'],
      ['veth', '--all', '--mermaid'],
      ['veth', container, '--down', '--dry-run'],
      ['veth', container, '--interface', 'none'],
      ['veth', '--label', '--dry-run'],
      ['veth', '--status'],
      ['tcpflow', '--host-end', '--interface', RED, '--dry-run', container],
      ['tcpdump', '--both-ends', '--dry-run', container],
      ['__complete', '--', 'veth', container, '--interface', ''],
      ['env', container],
      ['why', container, '-v'],
      ['why', container, `${RED}:80`],
      ['why', container, container],
    ]) {
      const { stdout, stderr, exitCode } = await dbg(args);
      expect(stderr, args.join(' ')).not.toContain('unexpected');
      // Something broken is an answer of why's.
      const isAnswer = exitCode === 0 || (args[0] === 'why' && [1, 2].includes(exitCode!));
      expect(isAnswer || args.includes('none'), `${args.join(' ')}: ${String(stderr)}`).toBe(true);
      expect(String(stdout) + String(stderr), args.join(' ')).not.toMatch(DRIVES);
    }
  });
});

describe('a mark that a container has forged', () => {
  interface Row {
    readonly container: string;
    readonly cut: string | null;
    readonly host_device?: string;
  }

  /** Other tests cut containers of theirs beside this one. */
  const cutsOf = async (web: string) =>
    (JSON.parse(await status()) as Row[]).filter(({ container }) => container === web);

  const MARK = (whose: string) => `dbg cut 0badc0de down root ${Math.floor(Date.now() / 1000)} 0 ${whose}/eth0`;
  const status = async () => String((await dbg(['veth', '--status', '--json'])).stdout);

  test('on its own eth0, and on a device of its own: nowhere a cut of root’s', async ({ lab }) => {
    const web = await lab.run('web', { options: ['--cap-add', 'NET_ADMIN'] });
    const pid = await lab.pid(web);
    await inside(pid, 'ip', 'link', 'set', 'dev', 'eth0', 'alias', MARK(web));
    await inside(pid, 'ip', 'link', 'add', 'mine', 'type', 'veth', 'peer', 'name', 'other');
    await inside(pid, 'ip', 'link', 'set', 'dev', 'mine', 'up', 'alias', MARK('victim'));
    await inside(pid, 'nft', 'add table netdev dbg_2');
    expect(await cutsOf(web)).toEqual([]);
    const table = await dbg(['veth', '--status']);
    expect(String(table.stdout) + String(table.stderr)).not.toMatch(/victim|\b(mine|other)\b/);
    expect(String(table.stdout) + String(table.stderr)).not.toContain(web);
    const look = await dbg(['veth', web]);
    expect(look.stderr).not.toContain('is cut');
    for (const args of [
      ['veth', web],
      ['veth', '--all'],
    ]) {
      const { stdout } = await dbg([...args, '--json']);
      const its = (JSON.parse(String(stdout)) as Row[]).filter(({ container }) => container === web);
      expect(its.length).toBeGreaterThan(0);
      expect(its.every(({ cut }) => cut === null)).toBe(true);
    }
    const [{ host_device: device = '' } = {}] = JSON.parse(
      String((await dbg(['veth', web, '--json'])).stdout),
    ) as Row[];
    const { stdout } = await dbg(['veth', '--restore-all', '--dry-run']);
    expect(String(stdout)).not.toContain(device);
  });

  test('on one that it has moved to the host, and one of its macvlan', async ({ lab }) => {
    const parent = 'dbg-forge';
    await execa('ip', ['link', 'add', parent, 'type', 'veth', 'peer', 'name', `${parent}-p`]);
    lab.cleanUp(() => execa('ip', ['link', 'delete', parent], { reject: false }));
    const network = await lab.network('n', '-d', 'macvlan', '-o', `parent=${parent}`, '--subnet', '10.98.0.0/24');
    const web = await lab.run('web', { options: ['--cap-add', 'NET_ADMIN', '--network', network] });
    const pid = await lab.pid(web);
    await inside(pid, 'ip', 'link', 'set', 'dev', 'eth0', 'alias', MARK(web));
    await inside(pid, 'ip', 'link', 'add', 'dbg-moved', 'type', 'veth', 'peer', 'name', 'stays');
    await inside(pid, 'ip', 'link', 'set', 'dev', 'dbg-moved', 'alias', MARK('victim'));
    await inside(pid, 'ip', 'link', 'set', 'dev', 'stays', 'up');
    await inside(pid, 'ip', 'link', 'set', 'dev', 'dbg-moved', 'netns', '1');
    expect(await cutsOf(web)).toEqual([]);
    expect(await status()).not.toMatch(/dbg-moved|victim/);
    expect((await dbg(['veth', web])).stderr).not.toContain('is cut');
    const { stdout } = await dbg(['veth', '--all', '--json']);
    const its = (JSON.parse(String(stdout)) as Row[]).filter(({ container }) => container === web);
    expect(its.every(({ cut }) => cut === null)).toBe(true);
  });

  test('beside one of dbg’s own, at a container’s own end: that one counts, is kept, and goes', async ({ lab }) => {
    const parent = 'dbg-forge2';
    await execa('ip', ['link', 'add', parent, 'type', 'veth', 'peer', 'name', `${parent}-p`]);
    lab.cleanUp(() => execa('ip', ['link', 'delete', parent], { reject: false }));
    const network = await lab.network('n', '-d', 'macvlan', '-o', `parent=${parent}`, '--subnet', '10.99.0.0/24');
    const web = await lab.run('web', { options: ['--cap-add', 'NET_ADMIN', '--network', network] });
    const pid = await lab.pid(web);
    expect((await dbg(['veth', web, '--blackhole'])).exitCode).toBe(0);
    const [link] = JSON.parse((await inside(pid, 'ip', '-j', 'link', 'show', 'dev', 'eth0')).stdout);
    await inside(pid, 'ip', 'link', 'add', 'mine', 'type', 'veth', 'peer', 'name', 'other');
    await inside(pid, 'ip', 'link', 'set', 'dev', 'mine', 'up', 'alias', link.ifalias);
    expect(await cutsOf(web)).toEqual([
      expect.objectContaining({ container: web, interface: 'eth0', cut: 'blackhole' }),
    ]);
    expect((await dbg(['veth', web])).stderr).toContain('eth0 is cut: blackhole');
    expect((await dbg(['veth', '--up', web])).exitCode).toBe(0);
    expect(await cutsOf(web)).toEqual([]);
    expect((await execa('sh', ['-c', 'cat /run/dbg/cut-* 2>/dev/null || :'])).stdout).not.toContain(link.ifalias);
  });
});

test('a commander error, a failure and a picker line do not pass on what was typed or named raw', async ({ lab }) => {
  await lab.run('web');
  const { stderr } = await dbg(['veth', '--no-such\u001b[31m']);
  expect(stderr).not.toMatch(DRIVES);
  expect((await dbg(['exec', 'no\u001b[31msuch', 'true'])).stderr).not.toMatch(DRIVES);
});

test('a rule of a container whose comment is a command: what dbg why prints to be pasted does not run it', async ({
  lab,
}) => {
  const network = await lab.network('n');
  const web = await lab.run('web', { options: ['--network', network] });
  const db = await lab.run('db', { options: ['--network', network, '--cap-add', 'NET_ADMIN'] });
  const ran = join(lab.folder, 'ran');
  const comment = `$(touch ${ran})\`touch ${ran}\`;'"\\`;
  const words = ['-m', 'comment', '--comment', comment];
  await inside(await lab.pid(db), 'iptables', '-A', 'INPUT', '-p', 'tcp', '--dport', '80', ...words, '-j', 'DROP');
  const { stdout } = await dbg(['why', web, `${db}:80`, '--json']);
  const { answer } = JSON.parse(String(stdout)) as { answer: { id: string; next: { command: string }[] } };
  expect(answer.id).toBe('peer.firewall');
  const { command } = answer.next[0]!;
  expect(command).toContain('-D INPUT');
  const pasted = await execa('sh', ['-c', `printf '%s\\n' ${command}`]);
  expect(pasted.stdout.split('\n')).toContain(comment);
  expect(existsSync(ran)).toBe(false);
});
