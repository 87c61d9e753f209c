import { chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { commandLines, DBG, PATIENT } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { person } from './support/person.ts';

/** tshark with dbg in its personal extcap folder. */
function tshark(lab: Lab, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const folder = join(lab.folder, '.config/wireshark/extcap');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'dbg'), `#!/bin/sh\nexec ${process.execPath} ${resolve(DBG)} extcap "$@"\n`, {
    mode: 0o755,
  });
  const own = { HOME: lab.folder, TMPDIR: lab.folder, DOCKER_CONFIG: join(lab.folder, '.docker'), ...env };
  return execa('tshark', args, { reject: false, stdin: 'ignore', env: own, timeout: 120_000, killSignal: 'SIGINT' });
}

async function pinged(lab: Lab) {
  const [target, other] = [await lab.run('target'), await lab.run('other')];
  const address = await lab.address(target);
  const ping = lab.docker('exec', '-d', other, 'ping', '-i', '0.2', address);
  return { target, address, ping };
}

const CAPTURE = ['extcap', '--capture', '--extcap-interface'];

const left = () => commandLines().filter((line) => /^(tcpdump .* -w - --|dd bs=|sed -uE|sh -c fifo=)/.test(line));
async function nothingIsLeft({ folder }: Lab) {
  // What other tests capture meanwhile ends too.
  await expect.poll(left).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.startsWith('wireshark_extcap_'))).toEqual([]);
}

test('tshark -D lists the containers that run', async ({ lab }) => {
  const [running, stopped] = [await lab.run('running'), await lab.run('stopped')];
  await lab.docker('stop', stopped);
  const { stdout } = await tshark(lab, ['-D']);
  expect(stdout).toContain(`dbg-${running} (${running} (busybox))`);
  expect(stdout).not.toContain(stopped);
});

test('tshark -D without an engine: no container, no complaint', async ({ lab }) => {
  const { stdout, stderr, exitCode } = await tshark(lab, ['-D'], { DOCKER_HOST: 'unix:///nowhere.sock' });
  expect([exitCode, stdout]).toEqual([0, expect.not.stringContaining('dbg-')]);
  expect(stderr).not.toContain('dbg');
});

test.for([
  ['any', [], 'sll'],
  ['eth0', ['eth0'], 'eth'],
] as const)('tshark captures on %s, and what it started ends', async ([, devices, layer], { lab }) => {
  const { target, address } = await pinged(lab);
  const preferences = devices.flatMap((device) => [
    '-o',
    `extcap.dbg_${target.replaceAll('-', '_')}.interface:${device}`,
  ]);
  const args = ['-i', `dbg-${target}`, '-f', 'icmp', '-c', '4', ...preferences];
  const { stdout, stderr, exitCode } = await tshark(lab, [
    ...args,
    '-T',
    'fields',
    '-e',
    'frame.protocols',
    '-e',
    'ip.dst',
  ]);
  expect(exitCode, stderr).toBe(0);
  const lines = stdout.split('\n');
  expect(lines).toHaveLength(4);
  for (const line of lines) expect(line).toMatch(new RegExp(`^${layer}:ethertype:ip:icmp`));
  expect(stdout).toContain(address);
  expect(stderr).not.toContain('Error by extcap');
  await nothingIsLeft(lab);
});

test('Ctrl-C in tshark ends it all', async ({ lab }) => {
  const { target } = await pinged(lab);
  const running = tshark(lab, ['-l', '-i', `dbg-${target}`]);
  await new Promise((resolvePacket) => running.stdout.once('data', resolvePacket));
  expect(left()).not.toEqual([]);
  running.kill('SIGINT');
  await running;
  await nothingIsLeft(lab);
});

test('a wrong filter is told, and tshark does not wait', async ({ lab }) => {
  const target = await lab.run();
  const { stderr, exitCode } = await tshark(lab, ['-i', `dbg-${target}`, '-f', 'this is no filter']);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("Error by extcap pipe: tcpdump: can't parse filter expression: syntax error");
  await nothingIsLeft(lab);
});

test('kill -9 of dbg leaves nothing', async ({ lab }) => {
  const { target } = await pinged(lab);
  const fifo = join(lab.folder, 'fifo');
  await execa('mkfifo', [fifo]);
  const reader = execa('cat', [fifo], { reject: false, encoding: 'buffer' });
  const running = execa(process.execPath, [DBG, ...CAPTURE, `dbg-${target}`, '--fifo', fifo], { reject: false });
  await new Promise((resolveFirst) => reader.stdout.once('data', resolveFirst));
  running.kill('SIGKILL');
  await running;
  await nothingIsLeft(lab);
});

test('a Wireshark that was killed before it read leaves nothing', async ({ lab }) => {
  const fifo = join(lab.folder, 'fifo');
  await execa('mkfifo', [fifo]);
  const args = [DBG, ...CAPTURE, `dbg-${await lab.run()}`, '--fifo', fifo];
  const { exitCode } = await execa(process.execPath, args, { reject: false, stdin: 'ignore' });
  expect(exitCode).toBe(143);
  await nothingIsLeft(lab);
});

/** A FIFO of the person's, as Wireshark makes it, and what comes out of it. */
async function fifoOf({ home, uid }: { home: string; uid: number }) {
  const fifo = join(home, 'fifo');
  await execa('mkfifo', ['-m', '600', fifo]);
  chownSync(fifo, uid, uid);
  return { fifo, reader: execa('tcpdump', ['-n', '-r', fifo, '-c', '2', 'icmp'], { reject: false }) };
}

test('a person with sudo captures, and is asked for nothing', async ({ lab }) => {
  const ann = await person(lab, { mayUseSudo: true });
  const { target, address } = await pinged(lab);
  const { fifo, reader } = await fifoOf(ann);
  const [file, ...args] = ann.dbg(...CAPTURE, `dbg-${target}`, '--fifo', fifo);
  const running = execa(file!, args, { ...PATIENT, stdin: 'ignore' });
  expect((await reader).stdout).toContain(address);
  running.kill('SIGTERM');
  await running;
  await nothingIsLeft(lab);
});

test('a person without sudo is told what to do, and the reader sees an end', async ({ lab }) => {
  const ann = await person(lab, { mayUseSudo: false });
  const { fifo, reader } = await fifoOf(ann);
  const target = await lab.run();
  const [file, ...args] = ann.dbg(...CAPTURE, `dbg-${target}`, '--fifo', fifo);
  const { exitCode, stderr } = await execa(file!, args, { reject: false, stdin: 'ignore' });
  expect(exitCode).toBe(125);
  expect(stderr).toContain('sudo would ask for a password');
  expect((await reader).exitCode).not.toBe(0);
});
