import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { capturing, fields, packets } from './support/capture.ts';
import { dbg, sleep } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

const FIELDS = ['frame.interface_name', '_ws.col.Protocol', 'arp.opcode', 'icmp.type', 'icmp.seq'];

/** A container that is made and not started, which pings an address so often and ends. */
async function pinger(
  lab: Lab,
  suffix: string,
  address: string,
  count: number,
  { more = 'true', network = 'bridge' } = {},
): Promise<string> {
  const script = `ping -c ${count} -i 0.05 -W 1 ${address} >/dev/null; ${more}`;
  const name = lab.name(suffix);
  lab.cleanUp(() => lab.docker('rm', '-f', name));
  await lab.docker(
    'create',
    '--stop-timeout',
    '0',
    '--network',
    network,
    '--name',
    name,
    'busybox',
    'sh',
    '-c',
    script,
  );
  return name;
}

describe('--from-start', () => {
  test('the very first frame, ARP included, to the last', async ({ lab }) => {
    const sink = await lab.address(await lab.run('sink'));
    const web = await pinger(lab, 'web', sink, 5);
    const file = join(lab.folder, 'a.pcapng');
    const { running } = await capturing(['--from-start', web, '-w', file, 'arp', 'or', 'icmp']);
    await lab.docker('start', web);
    const { exitCode, stderr } = await running;
    expect([exitCode, stderr]).toEqual([0, expect.stringMatching(new RegExp(`${web} has started: .* is 02:42:`))]);
    const rows = await fields(file, FIELDS);
    expect(rows.slice(0, 2).map(([name, protocol, opcode]) => [name, protocol, opcode])).toEqual([
      // The network's name, where it ended before dbg could look inside.
      [expect.stringMatching(`^${web}/(eth0|bridge)$`), 'ARP', '1'],
      [rows[0]![0], 'ARP', '2'],
    ]);
    expect(rows.filter(([, , , type]) => type === '8').map(([, , , , seq]) => seq)).toEqual(['0', '1', '2', '3', '4']);
    expect(rows.filter(([, , , type]) => type === '0')).toHaveLength(5);
    expect(await packets(file)).toHaveLength(rows.length);
  });

  test('a container that is gone at once is captured too, and nothing of its neighbour', async ({ lab }) => {
    // On a network of its own: what other tests start and end there would be strangers too.
    const network = await lab.network('n');
    const sink = await lab.address(await lab.run('sink', { options: ['--network', network] }));
    const web = await pinger(lab, 'web', sink, 1, { network });
    const noise = await lab.run('noise', { options: ['--network', network], command: ['ping', '-i', '0.02', sink] });
    const file = join(lab.folder, 'a.pcapng');
    const { running } = await capturing(['--from-start', web, '-w', file, 'icmp']);
    await lab.docker('start', web);
    const { exitCode } = await running;
    expect(exitCode).toBe(0);
    const rows = await fields(file, FIELDS);
    expect(rows.map(([name, , , type]) => [name?.split('/')[0], type])).toEqual([
      [web, '8'],
      [web, '0'],
    ]);
    expect(noise).not.toBe(web);
  });

  test('--restart: through restarts in one file, each run an interface of its own', async ({ lab }) => {
    const sink = await lab.address(await lab.run('sink'));
    const web = await pinger(lab, 'web', sink, 3, { more: 'sleep 3600' });
    const file = join(lab.folder, 'a.pcapng');
    const { running } = await capturing([
      '--from-start',
      '--restart',
      web,
      '-w',
      file,
      'arp',
      'or',
      'icmp[icmptype]=8',
    ]);
    await lab.docker('start', web);
    await sleep(1_000);
    for (let turn = 0; turn < 2; turn++) {
      await lab.docker('restart', '-t', '0', web);
      await sleep(1_000);
    }
    running.kill('SIGINT');
    const { exitCode, stderr } = await running;
    expect([exitCode, String(stderr).match(/has started/g)]).toEqual([
      0,
      ['has started', 'has started', 'has started'],
    ]);
    const rows = await fields(file, FIELDS);
    for (const run of [web, `${web}#2`, `${web}#3`]) {
      const its = rows.filter(([name]) => name?.startsWith(`${run}/`));
      expect(its[0]?.slice(1, 3)).toEqual(['ARP', '1']);
      expect(its.filter(([, , , type]) => type === '8').map(([, , , , seq]) => seq)).toEqual(['0', '1', '2']);
    }
    expect(new Set(rows.map(([name]) => name)).size).toBe(3);
  });

  test('two at once, on a network of their own', async ({ lab }) => {
    const network = await lab.network('n');
    const sink = await lab.address(await lab.run('sink', { options: ['--network', network] }));
    const [web, db] = [await pinger(lab, 'web', sink, 3), await pinger(lab, 'db', sink, 4)];
    for (const name of [web, db]) await lab.docker('network', 'connect', network, name);
    for (const name of [web, db]) await lab.docker('network', 'disconnect', 'bridge', name);
    const file = join(lab.folder, 'a.pcapng');
    const { running } = await capturing(['--from-start', `${web},${db}`, '-w', file, 'icmp[icmptype]=8']);
    await Promise.all([lab.docker('start', web), lab.docker('start', db)]);
    expect((await running).exitCode).toBe(0);
    const counts = new Map<string, number>();
    for (const [name = ''] of await fields(file, FIELDS)) counts.set(name, (counts.get(name) ?? 0) + 1);
    expect(Object.fromEntries([...counts].map(([name, count]) => [name.split('/')[0], count]))).toEqual({
      [web]: 3,
      [db]: 4,
    });
  });

  test('two that are gone at once, started together: each has its own', async ({ lab }) => {
    const network = await lab.network('n');
    const sink = await lab.address(await lab.run('sink', { options: ['--network', network] }));
    const [web, db] = [await pinger(lab, 'web', sink, 1, { network }), await pinger(lab, 'db', sink, 1, { network })];
    const file = join(lab.folder, 'a.pcapng');
    const { running } = await capturing(['--from-start', `${web},${db}`, '-w', file, 'arp', 'or', 'icmp[icmptype]=8']);
    await Promise.all([lab.docker('start', web), lab.docker('start', db)]);
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(0);
    const rows = await fields(file, FIELDS);
    for (const name of [web, db]) {
      const its = rows.filter(([of]) => of?.split('/')[0] === name);
      expect(its.map(([, , , type]) => type).filter(Boolean), String(stderr)).toEqual(['8']);
      expect(its[0]?.slice(1, 3)).toEqual(['ARP', '1']);
    }
  });

  test('what cannot be', async ({ lab }) => {
    const running = await lab.run('running');
    const said = async (...args: string[]) => {
      const { exitCode, stderr } = await dbg(['tcpdump', ...args]);
      return [exitCode, stderr];
    };
    const file = join(lab.folder, 'a.pcapng');
    expect(await said('--from-start', running, '-w', file)).toEqual([
      125,
      expect.stringContaining('runs already: its first packets are gone'),
    ]);
    expect(await said('--from-start', running)).toEqual([2, expect.stringContaining('need a file')]);
    expect(await said('--from-start', 'no-such', '-w', file)).toEqual([
      125,
      expect.stringContaining('no container "no-such"'),
    ]);
    const none = lab.name('none');
    lab.cleanUp(() => lab.docker('rm', '-f', none));
    await lab.docker('create', '--network', 'none', '--name', none, 'busybox');
    expect(await said('--from-start', none, '-w', file)).toEqual([
      125,
      expect.stringContaining('no device of this host carries the network "none"'),
    ]);
  });
});
