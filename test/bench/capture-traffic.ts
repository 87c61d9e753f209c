import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** Where frames go into a container. */
export interface Wire {
  readonly container: string;
  /** the host's end */
  readonly device: string;
  readonly mac: string;
  readonly address: string;
}

/** Finds the wire of a container's eth0, as dbg finds it. */
export function wireOf(container: string): Wire {
  const stdout = execFileSync(process.execPath, ['bin/dbg.js', 'veth', container, '--json'], { encoding: 'utf8' });
  const rows = JSON.parse(stdout) as { interface: string; host_device: string; mac: string; addresses: string[] }[];
  const row = rows.find((each) => each.interface === 'eth0');
  if (!row) throw new Error(`${container} has no eth0`);
  return { container, device: row.host_device, mac: row.mac, address: row.addresses[0]!.split('/')[0]! };
}

/** How many packets there are in a file of `writeTraffic`: tcpreplay sends it again and again. */
const IN_FILE = 1000;

/** Writes a capture of UDP packets of one length to a container, for tcpreplay: to the discard port, where nobody listens. */
export function writeTraffic(path: string, wire: Wire, length: number): void {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt32LE(0x00040002, 4); // version 2.4
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(1, 20); // LINKTYPE_ETHERNET
  const record = Buffer.alloc(16);
  record.writeUInt32LE(length, 8);
  record.writeUInt32LE(length, 12);
  const packet = Buffer.concat([record, frame(wire, length)]);
  writeFileSync(path, Buffer.concat([header, ...Array<Buffer>(IN_FILE).fill(packet)]));
}

function frame({ mac, address }: Wire, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.write(`${mac.replaceAll(':', '')}0200000000010800`, 'hex');
  const ip = bytes.subarray(14);
  ip.writeUInt8(0x45, 0);
  ip.writeUInt16BE(ip.length, 2);
  ip.set([64, 17], 8); // hops, UDP
  ip.set([192, 0, 2, 1], 12); // TEST-NET-1: no answer finds a way back
  ip.set(address.split('.').map(Number), 16);
  const words = Array.from({ length: 10 }, (_, at) => ip.readUInt16BE(2 * at)).reduce((sum, word) => sum + word, 0);
  ip.writeUInt16BE(~((words & 0xffff) + (words >>> 16)) & 0xffff, 10);
  const udp = ip.subarray(20);
  udp.writeUInt16BE(40_000, 0);
  udp.writeUInt16BE(9, 2);
  udp.writeUInt16BE(udp.length, 4);
  return bytes;
}

export interface Sent {
  readonly packets: number;
  /** in a second, as tcpreplay reached it */
  readonly rate: number;
}

/** Sends some thousands of packets of a file into a container; as fast as it goes, or so many in a second. */
export async function send(device: string, file: string, thousands: number, rate: number | undefined): Promise<Sent> {
  const speed = rate === undefined ? '--topspeed' : `--pps=${Math.round(rate)}`;
  const args = ['-q', '-K', '--no-flow-stats', speed, `--loop=${thousands}`, '-i', device, file];
  const { stdout } = await promisify(execFile)('tcpreplay', args, { timeout: 60_000 });
  const packets = /Actual: (\d+) packets/.exec(stdout)?.[1];
  const reached = /Rated: .* ([\d.]+) pps/.exec(stdout)?.[1];
  if (packets === undefined || reached === undefined) throw new Error(`tcpreplay said nothing of its rate: ${stdout}`);
  return { packets: Number(packets), rate: Number(reached) };
}
