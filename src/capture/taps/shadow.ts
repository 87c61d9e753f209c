import type { Host, Streamed } from '../../host/host.ts';
import { countRecords, firstRecords, type Packet, packetsIn, pcapReader } from '../formats/pcap.ts';
import { hasLostDevice, type Hearer, startTap, type Tap } from './tap.ts';

/**
 * The argvs of a tap on a device that may vanish: the tcpdump that captures, and the one that
 * remembers the last seconds.
 */
export interface ShadowedArgv {
  readonly main: readonly string[];
  readonly shadow: readonly string[];
}

/**
 * Starts a tap on a device that may go, as a container's does. When the device goes, tcpdump loses
 * what is in its ring: up to a second of packets. But the packets before a container's end are what
 * a person looks for.
 *
 * So a second tcpdump runs in immediate mode, which gets each packet at once. What the first one
 * did not bring is taken from the second. While there is much traffic the second one is stopped, so
 * that it costs nothing: the blocks of the ring then fill and are handed over within a moment.
 */
export async function startShadowedTap(
  host: Host,
  { main, shadow }: ShadowedArgv,
  env: Readonly<Record<string, string>>,
  onEvent: Hearer,
): Promise<Tap> {
  const second = await host.stream(shadow, env);
  const remembered = memory(second);
  const reader = pcapReader();
  const pace = quieten(second);
  let last: Packet | undefined;
  const tap = await startTap(host, main, env, {
    says: onEvent.says,
    data: (piece) => {
      const records = reader.push(piece);
      const header = reader.header();
      onEvent.data(piece);
      if (!header || records.length === 0) return;
      // Only the last record is parsed into a packet, because every piece of the capture passes
      // here.
      const packets = countRecords(records, header);
      [last] = packetsIn(records.subarray(firstRecords(records, header, packets - 1)), header);
      pace.add(packets);
    },
  });
  let isStopped = false;
  const over = () => {
    pace.end();
    second.signal('SIGKILL');
  };
  const ended = tap.ended.then(async (end) => {
    pace.end();
    const hasVanished = !isStopped && hasLostDevice(end);
    second.signal(hasVanished ? 'SIGCONT' : 'SIGKILL');
    // The shadow's device has gone too. The shadow ends by itself when it has written everything.
    if (hasVanished) await Promise.race([second.ended, new Promise((resolve) => void setTimeout(resolve, END_MS))]);
    over();
    const rest = hasVanished ? remembered.after(last) : Buffer.alloc(0);
    if (rest.length > 0) onEvent.data(rest);
    return end;
  });
  tap.ended.catch(over);
  return { ...tap, stop: () => ((isStopped = true), tap.stop()), ended };
}

const END_MS = 1_000;

/**
 * Rates in packets within STEP_MS. The second tcpdump is stopped at MUCH, and goes on below LITTLE.
 */
const STEP_MS = 50;
const MUCH = 500;
const LITTLE = 100;

function quieten(second: Streamed): { add(packets: number): void; end(): void } {
  let recent = 0;
  let isStopped = false;
  const timer = setInterval(() => {
    if (isStopped && recent < LITTLE) {
      second.signal('SIGCONT');
      isStopped = false;
    }
    recent = 0;
  }, STEP_MS);
  return {
    add: (packets) => {
      recent += packets;
      if (isStopped || recent < MUCH) return;
      second.signal('SIGSTOP');
      isStopped = true;
    },
    end: () => clearInterval(timer),
  };
}

const KEPT = { milliseconds: 3_000, bytes: 8e6 };
/**
 * in ms: the times that two sockets have for one packet differ by less. Each socket takes the time
 * by itself (tpacket_rcv in the kernel's af_packet.c).
 */
const SAME_MS = 5;

const timeOf = ({ seconds, nanoseconds }: Packet) => seconds * 1000 + nanoseconds / 1e6;

/**
 * Remembers the packets of the last seconds. `after` gives the records of those that came after the
 * last packet that the first tcpdump brought.
 */
function memory({ stdout, stderr }: Streamed): { after(last: Packet | undefined): Buffer } {
  const reader = pcapReader();
  let kept: { readonly packet: Packet; readonly record: Buffer }[] = [];
  let bytes = 0;
  let isDamaged = false;
  /**
   * Whole records. What is no capture ends the remembering: the tap itself says what is wrong with
   * the device.
   */
  const recordsIn = (piece: Buffer) => {
    try {
      return reader.push(piece);
    } catch {
      isDamaged = true;
      return undefined;
    }
  };
  stderr.resume();
  stdout
    .on('error', () => undefined)
    .on('data', (piece: Buffer) => {
      const records = isDamaged ? undefined : recordsIn(piece);
      const header = reader.header();
      if (!header || !records) return;
      for (const packet of packetsIn(records, header)) {
        const end = packet.data.byteOffset + packet.data.length - records.byteOffset;
        const record = records.subarray(end - packet.data.length - RECORD_HEADER, end);
        kept.push({ packet, record });
        bytes += record.length;
      }
      const newest = kept.at(-1);
      const from = newest ? timeOf(newest.packet) - KEPT.milliseconds : 0;
      let gone = 0;
      while (gone < kept.length && (bytes > KEPT.bytes || timeOf(kept[gone]!.packet) < from)) {
        bytes -= kept[gone++]!.record.length;
      }
      if (gone > 0) kept = kept.slice(gone);
    });
  return {
    after: (last) => {
      const isLast = ({ packet }: { packet: Packet }) =>
        last !== undefined &&
        Math.abs(timeOf(packet) - timeOf(last)) < SAME_MS &&
        packet.data.equals(last.data.subarray(0, packet.data.length));
      const rest =
        last === undefined
          ? kept
          : kept.slice(kept.findLastIndex(isLast) + 1).filter(({ packet }) => timeOf(packet) > timeOf(last) - SAME_MS);
      return Buffer.concat(rest.map(({ record }) => record));
    },
  };
}

/** The length of a packet's header in a pcap file, in bytes (draft-ietf-opsawg-pcap). */
const RECORD_HEADER = 16;
