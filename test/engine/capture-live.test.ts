import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { pair } from './support/capture.ts';
import { commandLines, DBG, dbg, sleep } from './support/dbg.ts';
import { test } from './support/lab.ts';

/** The tcpdumps of a test, by a port in its filter that no other has. */
const taps = (port: string) => commandLines().filter((line) => line.startsWith('tcpdump ') && line.includes(port));

test('-w -: a reader has each packet at once, of several containers too', async ({ lab }) => {
  const { target, other, ping } = await pair(lab);
  const pipeline = `"$@" | timeout 60 tshark -l -n -i - -c 8 -T fields -e frame.interface_name -e icmp.type`;
  const argv = [process.execPath, DBG, 'tcpdump', `${target},${other}`, '-w', '-', 'icmp', 'or', 'port', '4798'];
  const reader = execa('sh', ['-c', pipeline, 'sh', ...argv], { reject: false });
  await expect.poll(() => taps('4798').length).toBe(2);
  await sleep(500);
  await ping(2);
  await sleep(1_500);
  await ping(1); // that its reader has left, dbg learns with the next packet
  const { stdout, stderr } = await reader;
  expect(stderr).not.toContain('EPIPE');
  const lines = stdout.split('\n').toSorted();
  expect(lines).toHaveLength(8);
  expect(new Set(lines)).toEqual(new Set([target, other].flatMap((name) => [`${name}/eth0\t0`, `${name}/eth0\t8`])));
});

// Wireshark itself is 150 MB and wants a screen: tshark, which is the same reader, stands at its name.
test('--wireshark opens it on the stream, and its end is the end of the capture', async ({ lab }) => {
  const { target, ping } = await pair(lab);
  const wireshark = join(lab.folder, 'wireshark');
  writeFileSync(
    wireshark,
    '#!/bin/sh\n[ "$*" = "-k -i -" ] && exec timeout 60 tshark -l -n -i - -c 3 -T fields -e icmp.type\n',
  );
  chmodSync(wireshark, 0o755);
  const env = { PATH: `${lab.folder}:${process.env['PATH']}` };
  const running = dbg(['tcpdump', '--wireshark', target, '-i', 'eth0', 'icmp', 'or', 'port', '4799'], { env });
  await expect.poll(() => taps('4799').length).toBe(1);
  await sleep(1_500);
  await ping(2);
  const { exitCode, stdout } = await running;
  expect([exitCode, stdout]).toEqual([0, '8\n0\n8']);
  await expect.poll(() => taps('4799')).toEqual([]);
});

test('a viewer that is not there; a file as well', async ({ lab }) => {
  const target = await lab.run();
  const missing = await dbg(['tcpdump', '--wireshark', target]);
  expect([missing.exitCode, missing.stderr]).toEqual([
    127,
    expect.stringContaining('this host has no program "wireshark"'),
  ]);
  const both = await dbg(['tcpdump', '--wireshark', target, '-w', 'x']);
  expect([both.exitCode, both.stderr]).toEqual([2, expect.stringContaining('the viewer gets the capture')]);
});
