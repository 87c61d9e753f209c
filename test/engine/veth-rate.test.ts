import { existsSync, readFileSync } from 'node:fs';
import { execa } from 'execa';
import { expect } from 'vitest';
import { firstLine, says } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { does } from './support/veth.ts';
import { makesCuts } from './support/cuts.ts';

makesCuts();

// What passes is measured by the kernel's own times of the packets (SO_TIMESTAMP, as tcpdump has
// them), not by when a program got to read or to write.

/** A packet: when, in seconds, and how many bytes it had on the wire. */
interface Packet {
  readonly at: number;
  readonly bytes: number;
}

/** How long is measured, from the first packet on. */
const SECONDS = 5;
const MOST_AT_ONCE = 128 * 1024;

/**
 * Beyond this share of the time in which some task waits for a processor, the sender and the timers
 * of the kernel get too little of it.
 */
const STARVED = 0.8;

/** Sends all that it can, over TCP to port 8 or over UDP to port 9. */
const SENDER = `const [host, kind] = process.argv.slice(1);
  const piece = Buffer.alloc(kind === 'tcp' ? 65536 : 1400);
  if (kind === 'tcp') {
    const socket = require('net').connect(8, host).on('error', () => 0);
    const go = () => { while (socket.write(piece)); };
    socket.on('drain', go).on('connect', go);
  } else {
    const socket = require('dgram').createSocket('udp4');
    setInterval(() => { for (let i = 0; i < 60; i++) socket.send(piece, 9, host, () => 0); }, 1);
  }`;
const SINK = `require('net').createServer((s) => s.on('error', () => 0).resume()).listen(8, () => console.log('ready'));
  require('dgram').createSocket('udp4').on('message', () => 0).bind(9);`;

const inNetwork = async (lab: Lab, container: string, ...argv: readonly string[]) => [
  '-t',
  String(await lab.pid(container)),
  '-n',
  ...argv,
];

/**
 * What of the sender's packets reached the other container, for a little longer than is measured.
 */
async function passed(lab: Lab, from: string, to: string, kind: string): Promise<Packet[]> {
  const filter = `src host ${await lab.address(from)} and ${kind} dst port ${kind === 'tcp' ? 8 : 9}`;
  const dump = ['tcpdump', '-i', 'eth0', '-B', '16384', '-s', '64', '-U', '-w', '-', filter];
  const capture = execa('nsenter', await inNetwork(lab, to, ...dump), {
    reject: false,
    encoding: 'buffer',
    maxBuffer: 100e6,
  });
  await says(capture, 'listening on');
  const argv = [process.execPath, '-e', SENDER, await lab.address(to), kind];
  const sender = execa('nsenter', await inNetwork(lab, from, ...argv), { reject: false });
  await new Promise((resolve) => void setTimeout(resolve, (SECONDS + 1) * 1000));
  sender.kill('SIGKILL');
  await sender;
  capture.kill('SIGINT');
  return parsePackets(Buffer.from((await capture).stdout));
}

/** A pcap's packets (pcap-savefile(5)). */
function parsePackets(pcap: Buffer): Packet[] {
  const packets: Packet[] = [];
  for (let at = 24; at + 16 <= pcap.length; at += 16 + pcap.readUInt32LE(at + 8)) {
    const time = pcap.readUInt32LE(at) + pcap.readUInt32LE(at + 4) / 1e6;
    packets.push({ at: time, bytes: pcap.readUInt32LE(at + 12) });
  }
  return packets;
}

/**
 * Bytes per second, from the first packet on; of packets for a shorter time, what that comes to.
 */
function rateOf(packets: readonly Packet[]): number {
  const start = packets[0]?.at ?? 0;
  const within = packets.filter(({ at }) => at <= start + SECONDS);
  return within.reduce((sum, { bytes }) => sum + bytes, 0) / SECONDS;
}

/** For how long some task has waited for a processor since boot, in seconds (PSI, proc(5)). */
const waited = () =>
  existsSync('/proc/pressure/cpu')
    ? Number(/total=(\d+)/.exec(readFileSync('/proc/pressure/cpu', 'utf8'))![1]) / 1e6
    : 0;

/** The most bytes that ever came ahead of a rate: what a bucket of tokens must have held. */
function burstOf(packets: readonly Packet[], rate: number): number {
  let [ahead, most, last] = [0, 0, packets[0]?.at ?? 0];
  for (const { at, bytes } of packets) {
    ahead = Math.max(0, ahead - (at - last) * rate) + bytes;
    most = Math.max(most, ahead);
    last = at;
  }
  return most;
}

test.for([
  ['1mbit', 1e6],
  ['10mbit', 10e6],
  ['100mbit', 100e6],
] as const)(
  '--rate %s: TCP and UDP, both ways, within a tenth of it over 5 s, at most 128 KiB at once',
  async ([text, bits], { lab }) => {
    const network = await lab.network('n');
    const run = (suffix: string) => lab.run(suffix, { options: ['--network', network] });
    const [web, db] = [await run('web'), await run('db')];
    for (const each of [web, db]) {
      const server = execa('nsenter', await inNetwork(lab, each, process.execPath, '-e', SINK), { reject: false });
      lab.cleanUp(async () => void (server.kill(), await server));
      await firstLine(server);
    }
    await does(web, '--rate', text);
    const rate = bits / 8;
    for (const [from, to, way] of [
      [web, db, 'out'],
      [db, web, 'in'],
    ] as const) {
      for (const kind of ['tcp', 'udp']) {
        const measure = async () => {
          const before = waited();
          const packets = await passed(lab, from, to, kind);
          const [measured, burst] = [rateOf(packets), burstOf(packets, rate * 1.01)];
          const starved = Math.min(1, (waited() - before) / (SECONDS + 1));
          console.log(
            `${text} ${kind} ${way}: ${((measured / rate) * 100).toFixed(1)} %, ${Math.round(burst / 1024)} KiB at once, tasks waited for a processor ${Math.round(starved * 100)} % of the time`,
          );
          // No busy machine makes more of it.
          expect(measured).toBeLessThan(rate * 1.1);
          return { measured, burst, starved };
        };
        // But less, where a timer is late for longer than the burst makes up for; and what waited
        // between tbf and the wire, while the machine stood still, seems to come at once.
        let [most, least, calmest] = [0, Infinity, 1];
        for (let time = 0; time < 3 && !(most > rate * 0.9 && least <= MOST_AT_ONCE); time++) {
          const { measured, burst, starved } = await measure();
          [most, least, calmest] = [Math.max(most, measured), Math.min(least, burst), Math.min(calmest, starved)];
        }
        if (calmest > STARVED) {
          console.log(`${text} ${kind} ${way}: how much less than the rate is not judged, as the machine is too busy`);
          continue;
        }
        expect(most).toBeGreaterThan(rate * 0.9);
        expect(least).toBeLessThanOrEqual(MOST_AT_ONCE);
      }
    }
    await does(web, '--up');
  },
);
