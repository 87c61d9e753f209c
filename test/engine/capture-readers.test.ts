import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { capturing, pair, readByAll } from './support/capture.ts';
import { dbg, DBG, says } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

/** A capture of each kind: what is asked for, with the packets that a ping of 3 makes in it. */
const KINDS: readonly (readonly [
  string,
  {
    readonly options?: readonly string[];
    readonly several?: boolean;
    readonly more?: readonly string[];
    packets: number;
  },
])[] = [
  ['one container, a pcap', { more: ['-w', 'x.pcap'], packets: 6 }],
  ['one container', { more: ['-w', 'x.pcapng'], packets: 6 }],
  ['several containers', { several: true, more: ['-w', 'x.pcapng'], packets: 12 }],
  ['a ring', { options: ['--ring', '3x1M'], more: ['-w', 'x.pcapng'], packets: 6 }],
  ['both ends', { options: ['--both-ends'], more: ['-w', 'x.pcapng'], packets: 18 }],
  ['nothing seen', { several: true, more: ['-w', 'x.pcapng', 'port', '1'], packets: 0 }],
];

describe('every reader takes', () => {
  test.for(KINDS)('%s', async ([, { options = [], several, more = [], packets }], { lab }) => {
    // A network of its own: the bridge is captured too, which has the packets of all on it.
    const { target, other, ping } = await pair(lab, await lab.network('n'));
    const args = more.map((word) => (word.startsWith('x.') ? join(lab.folder, word) : word));
    const filter = more.includes('port') ? [] : ['icmp'];
    const containers = several ? `${target},${other}` : target;
    const { running } = await capturing([...options, containers, ...args, ...filter]);
    await ping(3);
    running.kill('SIGINT');
    expect((await running).exitCode).toBe(0);
    const [file = ''] = readdirSync(lab.folder);
    await readByAll(join(lab.folder, file), packets);
  });

  test('stdout', async ({ lab }) => {
    const { target, other, ping } = await pair(lab);
    const file = join(lab.folder, 'x.pcapng');
    const args = [DBG, 'tcpdump', '--for', '2s', `${target},${other}`, '-w', '-', 'icmp'];
    const capture = execa('sh', ['-c', 'exec "$@" >"$0"', file, process.execPath, ...args], { reject: false });
    await says(capture, 'capturing on');
    await ping(3);
    expect((await capture).exitCode).toBe(0);
    await readByAll(file, 12);
  });

  test('an interface that came later', async ({ lab }) => {
    const { target, other, ping } = await pair(lab);
    const file = join(lab.folder, 'x.pcapng');
    const { running } = await capturing([`${target},${other}`, '-w', file, 'icmp']);
    await ping(1);
    const second = await lab.network('second');
    for (const name of [target, other]) await lab.docker('network', 'connect', second, name);
    await lab.docker('exec', other, 'ping', '-c', '3', '-i', '0.05', await addressOn(lab, second, target));
    running.kill('SIGINT');
    expect((await running).exitCode).toBe(0);
    await readByAll(file, 4 + 12);
  });

  test.for([
    ['a container from its start', 'ping'],
    ['one that never started', undefined],
  ] as const)('%s', async ([, command], { lab }) => {
    const network = await lab.network('n');
    const sink = await lab.address(await lab.run('sink', { options: ['--network', network] }));
    const web = lab.name('web');
    lab.cleanUp(() => lab.docker('rm', '-f', web));
    await lab.docker('create', '--network', network, '--name', web, 'busybox', 'ping', '-c', '3', '-i', '0.05', sink);
    const file = join(lab.folder, 'x.pcapng');
    const { running } = await capturing(['--from-start', web, '-w', file, 'icmp']);
    if (command) await lab.docker('start', web);
    else running.kill('SIGINT');
    expect((await running).exitCode).toBe(0);
    await readByAll(file, command ? 6 : 0);
  });

  test('the packets of --where', async ({ lab }) => {
    const { target, address } = await pair(lab);
    const file = join(lab.folder, 'x.pcapng');
    const other = lab.name('other');
    const running = dbg(['tcpdump', '--where', address, '--for', '30s', other, '-w', file, '-c', '4']);
    await says(running, 'capturing on');
    await lab.docker('exec', other, 'ping', '-c', '1', address);
    expect((await running).exitCode).toBe(0);
    expect(target).not.toBe(other);
    await readByAll(file, 4);
  });
});

const addressOn = (lab: Lab, network: string, container: string) =>
  lab.docker('inspect', '-f', `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`, container);
