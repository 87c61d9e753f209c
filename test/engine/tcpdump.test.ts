import { chmodSync, chownSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg, dbgOnTerminal, says } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

const LISTENING = 'listening on';
const packets = async (file: string, ...filter: string[]) =>
  (await execa('tcpdump', ['-n', '-r', file, ...filter])).stdout.split('\n').filter(Boolean);

/** Two containers on one network; `ping` sends from the second to the first and fails the test when one gets lost. */
async function pair(lab: Lab) {
  const [target, other] = [await lab.run('target'), await lab.run('other')];
  const address = await lab.address(target);
  const ping = (count: number) =>
    lab.docker('exec', other, 'ping', '-c', String(count), '-i', '0.05', '-W', '2', address);
  await ping(1); // ARP is done
  return { target, address, ping };
}

test('a file with exactly the pings that were sent', async ({ lab }) => {
  const { target, address, ping } = await pair(lab);
  const file = join(lab.folder, 'ping.pcap');
  const capture = dbg(['tcpdump', target, '-i', 'eth0', '-w', file, 'icmp']);
  await says(capture, LISTENING);
  await ping(7);
  capture.kill('SIGINT');
  const { exitCode, stderr } = await capture;

  expect(exitCode).toBe(0);
  expect(stderr).toContain('14 packets captured');
  expect(stderr).toContain('0 packets dropped by kernel');
  const requests = await packets(file, 'icmp[icmptype] = icmp-echo');
  expect(requests).toHaveLength(7);
  expect(requests.every((line) => line.includes(`> ${address}: ICMP echo request`))).toBe(true);
  expect(await packets(file)).toHaveLength(14);
  expect(statSync(file).uid).toBe(process.getuid?.());
});

test('Ctrl-C on a terminal: the file is whole', async ({ lab }) => {
  const { target, ping } = await pair(lab);
  const file = join(lab.folder, 'ping.pcap');
  const terminal = dbgOnTerminal(['tcpdump', target, '-w', file, 'icmp']);
  await terminal.sees(LISTENING);
  await ping(20);
  terminal.type('\u0003');
  expect(await terminal.ended).toBe(0);
  expect(await packets(file, 'icmp[icmptype] = icmp-echo')).toHaveLength(20);
});

test('files belong to the person who asked through sudo, rotated ones too', async ({ lab }) => {
  const { target, ping } = await pair(lab);
  const nobody = 65534;
  chownSync(lab.folder, nobody, nobody);
  const capture = dbg(['tcpdump', target, '-i', 'eth0', '-C', '1', '-s', '0', '-w', join(lab.folder, 'ring')], {
    env: { SUDO_USER: 'nobody', SUDO_COMMAND: '/usr/local/bin/dbg tcpdump' },
  });
  await says(capture, LISTENING);
  for (let at = 0; at < 2; at++)
    await lab.docker(
      'exec',
      lab.name('other'),
      'ping',
      '-c',
      '12',
      '-i',
      '0.02',
      '-s',
      '60000',
      await lab.address(target),
    );
  await ping(1);
  capture.kill('SIGINT');
  expect((await capture).exitCode).toBe(0);
  const files = readdirSync(lab.folder);
  expect(files.length).toBeGreaterThan(1);
  expect(files.map((file) => statSync(join(lab.folder, file)).uid)).toEqual(files.map(() => nobody));
});

test("root's own folder takes the second file of a rotation", async ({ lab }) => {
  const { target } = await pair(lab);
  chmodSync(lab.folder, 0o700);
  const capture = dbg(['tcpdump', target, '-i', 'eth0', '-C', '1', '-w', join(lab.folder, 'ring')]);
  await says(capture, LISTENING);
  await lab.docker(
    'exec',
    lab.name('other'),
    'ping',
    '-c',
    '20',
    '-i',
    '0.02',
    '-s',
    '60000',
    await lab.address(target),
  );
  capture.kill('SIGINT');
  expect((await capture).exitCode).toBe(0);
  expect(readdirSync(lab.folder).toSorted()).toEqual(expect.arrayContaining(['ring', 'ring1']));
});

test('nothing to remember: all interfaces, no names, each packet as it comes, through a pipe', async ({ lab }) => {
  const { target, address, ping } = await pair(lab);
  const other = await lab.network('second');
  await lab.docker('network', 'connect', other, target);
  const capture = dbg(['tcpdump', target, '-c', '2', 'icmp']);
  await says(capture, LISTENING);
  await ping(1);
  const { stdout, exitCode } = await capture;
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(new RegExp(`eth0\\s+In\\s+IP \\S+ > ${address}: ICMP echo request`));
});

test('-w - is a capture on stdout', async ({ lab }) => {
  const { target, ping } = await pair(lab);
  const capture = dbg(['tcpdump', target, '-i', 'eth0', '-c', '4', '-w', '-', 'icmp'], { encoding: 'buffer' });
  await says(capture, LISTENING);
  await ping(2);
  const { stdout } = await capture;
  const read = await execa('tcpdump', ['-n', '-r', '-'], { input: stdout as Uint8Array });
  expect(read.stdout.split('\n')).toHaveLength(4);
});

test("tcpdump's own error and exit code are kept", async ({ lab }) => {
  const { exitCode, stderr } = await dbg(['tcpdump', await lab.run(), 'this is no filter']);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("tcpdump: can't parse filter expression: syntax error");
});
