import { once } from 'node:events';
import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg, says, sleep } from './dbg.ts';
import type { Lab } from './lab.ts';

/** The packets of a file as tcpdump prints them; a file that tcpdump cannot read to its end fails the test. */
export const packets = async (file: string, ...filter: readonly string[]) =>
  (await execa('tcpdump', ['-n', '-r', file, ...filter])).stdout.split('\n').filter(Boolean);

/** Fields of a file's packets as tshark reads them. */
export async function fields(file: string, names: readonly string[], filter = ''): Promise<string[][]> {
  const options = names.flatMap((name) => ['-e', name]);
  const { stdout } = await execa('tshark', ['-n', '-r', file, '-Y', filter, '-T', 'fields', ...options]);
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')]));
}

const NO_SCAPY = await execa('python3', ['-c', 'import scapy.all']).then(
  () => undefined,
  (error: unknown) =>
    String((error as { stderr?: unknown }).stderr)
      .split('\n')
      .at(-1),
);
if (NO_SCAPY !== undefined) console.log(`scapy reads no file here: ${NO_SCAPY}`);

/**
 * Fails unless every program that people open captures with takes this file, and finds so many packets: Wireshark's readers and its
 * writers ("save as" is tshark's -w), tcpdump, and scapy where there is one.
 */
export async function readByAll(file: string, count: number): Promise<void> {
  const saved = (by: string) => `${file}.by-${by}`;
  const read = Promise.all([fields(file, ['frame.number']), packets(file)]);
  await Promise.all([
    execa('editcap', [file, saved('editcap')]),
    execa('editcap', ['-F', 'pcap', file, saved('editcap.pcap')]),
    execa('tshark', ['-r', file, '-w', saved('tshark')]),
    execa('mergecap', ['-w', saved('mergecap'), file, file]),
  ]);
  const files = [file, ...['editcap', 'editcap.pcap', 'tshark', 'mergecap'].map(saved)];
  const { stdout } = await execa('capinfos', ['-Mc', ...files]);
  const counts = [...stdout.matchAll(/Number of packets: +(\d+)/g)].map(([, found]) => Number(found));
  expect(counts).toEqual([count, count, count, count, count * 2]);
  expect((await read).map(({ length }) => length)).toEqual([count, count]);
  if (NO_SCAPY !== undefined) return;
  const script = 'import sys, scapy.all as s; print(len(s.rdpcap(sys.argv[1])))';
  expect(Number((await execa('python3', ['-c', script, file])).stdout)).toBe(count);
}

/** Two containers on one network; `ping` sends from the second to the first and fails the test when one gets lost. */
export async function pair(lab: Lab, network = 'bridge') {
  const options = ['--network', network];
  const [target, other] = [await lab.run('target', { options }), await lab.run('other', { options })];
  const address = await lab.address(target);
  const ping = (count: number, ...more: readonly string[]) =>
    lab.docker('exec', other, 'ping', '-c', String(count), '-i', '0.05', '-W', '2', ...more, address);
  await ping(1); // ARP is done
  return { target, other, address, ping };
}

/** Starts `dbg tcpdump …`, and waits until it captures. In an object: awaited itself, it would be waited for to its end. */
export async function capturing(args: readonly string[], env: Record<string, string> = {}) {
  const running = dbg(['tcpdump', ...args], { env });
  await says(running, /listening on|capturing on|waiting for/);
  return { running };
}

/** Waits until a tcpdump without immediate mode has handed over what it has: the kernel keeps a block of its ring for a second. */
export const blockIsOut = () => sleep(1500);

// Not connected: what the other side answers to a port where nobody listens would make the next send fail.
const SENDER = `
const [, count, address, port] = process.argv;
const socket = require('node:dgram').createSocket('udp4');
let sent = 0;
const one = () => {
  if (sent === Number(count)) return socket.close();
  const data = Buffer.alloc(32);
  data.writeUInt32BE(sent++);
  socket.send(data, Number(port), address, one);
};
// While the address is being asked for (ARP), the kernel keeps a few datagrams alone.
socket.send('', Number(port), address, () => setTimeout(one, 200));`;

/** Sends numbered datagrams from a container's network. */
export async function sendDatagrams(lab: Lab, from: string, count: number, address: string, port: number) {
  const enter = ['-t', String(await lab.pid(from)), '-n', '--', process.execPath, '-e', SENDER];
  await execa('nsenter', [...enter, String(count), address, String(port)]);
}

const FLOOD = `
const [, address, port] = process.argv;
const socket = require('node:dgram').createSocket('udp4');
let [begun, sent] = [0, 0];
const some = () => {
  for (let count = 0; count < 20; count++) {
    const data = Buffer.alloc(32);
    data.writeUInt32BE(begun++);
    socket.send(data, Number(port), address, () => sent++);
  }
};
socket.bind(0, () => {
  console.log(socket.address().port);
  socket.send('', Number(port), address, () => setTimeout(() => setInterval(some, 5), 200));
});
process.stdin.on('data', () => console.log(sent)).on('end', () => process.exit());`;

/** Sends numbered datagrams from a container's network without end, some 4,000 a second. */
export async function flood(lab: Lab, from: string, address: string, port: number) {
  const enter = ['-t', String(await lab.pid(from)), '-n', '--', process.execPath, '-e', FLOOD, address, String(port)];
  const sender = execa('nsenter', enter, { stdin: 'pipe', reject: false });
  const line = async () => Number(String((await once(sender.stdout, 'data'))[0]));
  /** how many have been sent by now */
  const sent = () => {
    sender.stdin.write('\n');
    return line();
  };
  const end = async () => {
    sender.stdin.end();
    await sender;
  };
  return { port: await line(), sent, end };
}

const SINK = "require('node:net').createServer((all) => all.resume()).listen(PORT, () => console.log('ready'))";
// The sink ends the connection when it has all: until then, some is still in the kernel.
const BURST =
  "const to = require('node:net').connect(PORT, 'ADDRESS', () => to.end(Buffer.alloc(MEGABYTES * 1e6))).resume()";

/** What a container sends to another over TCP, as fast as it goes: on a veth, in packets of up to 64 KiB (TSO, GRO). */
export async function burst(lab: Lab, from: readonly string[], to: string, megabytes: number): Promise<void> {
  const inside = async (name: string, script: string) =>
    execa('nsenter', ['-t', String(await lab.pid(name)), '-n', '--', process.execPath, '-e', script], {
      reject: false,
    });
  const [address, port] = [await lab.address(to), '4731'];
  const sink = execa(
    'nsenter',
    ['-t', String(await lab.pid(to)), '-n', '--', process.execPath, '-e', SINK.replace('PORT', port)],
    { reject: false },
  );
  await once(sink.stdout, 'data');
  const script = BURST.replace('PORT', port).replace('ADDRESS', address).replace('MEGABYTES', String(megabytes));
  await Promise.all(from.map((name) => inside(name, script)));
  sink.kill();
  await sink;
}
