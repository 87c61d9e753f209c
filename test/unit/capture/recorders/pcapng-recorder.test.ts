import { expect, test } from 'vitest';
import type { Files } from '../../../../src/capture/recorders/capture-file.ts';
import type { Packet } from '../../../../src/capture/formats/pcap.ts';
import { pcapngRecorder, type PcapngWish } from '../../../../src/capture/recorders/pcapng-recorder.ts';
import { sectionHeader } from '../../../../src/capture/formats/pcapng.ts';
import type { CapturePoint } from '../../../../src/capture/capture-point.ts';
import { fileHeader, LITTLE, packets, record } from '../fixtures.ts';

/** A disk in memory: the bytes of each file that was made. */
function memory() {
  const made: Buffer[] = [];
  const files: Files = {
    now: () => 1_700_000_000_000,
    remove: () => undefined,
    create: async () => {
      const at = made.push(Buffer.alloc(0)) - 1;
      return {
        write: async (parts) => {
          const bytes = Buffer.concat(parts);
          made[at] = Buffer.concat([made[at]!, bytes]);
          return { written: bytes.length, error: undefined };
        },
        truncate: async (length) => void (made[at] = made[at]!.subarray(0, length)),
        close: async () => undefined,
      };
    },
  };
  return { files, made };
}

const KINDS: Readonly<Record<number, string>> = {
  0x0a0d0d0a: 'section',
  1: 'interface',
  4: 'names',
  5: 'statistics',
  6: 'packet',
};

/** What a file is made of, one word for each block. */
function blocks(file: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at < file.length; at += file.readUInt32LE(at + 4)) found.push(KINDS[file.readUInt32LE(at)] ?? '?');
  return found;
}

const place = (name: string): CapturePoint => ({ name, device: 'eth0', inThere: (argv) => [...argv] });
const wish = (over: Partial<PcapngWish> = {}): PcapngWish => ({
  path: '/x.pcapng',
  maxSize: undefined,
  ring: undefined,
  section: sectionHeader({ application: 'dbg' }),
  names: new Map([['10.0.0.1', ['web']]]),
  filter: '',
  count: undefined,
  ...over,
});
const counts = { captured: 0, received: 0, dropped: 0 };
const HEADER = fileHeader(LITTLE);
const sent = (...lengths: number[]) => Buffer.concat(packets(...lengths).map((each) => record(LITTLE, each)));

test('names stand behind the interfaces that are known when the first packet is written', async () => {
  const { files, made } = memory();
  const recorder = await pcapngRecorder(files, wish());
  const [web, db] = [recorder.begin(place('web')), recorder.begin(place('db'))];
  recorder.begun?.();
  web.data(HEADER);
  db.data(HEADER);
  web.data(sent(60));
  for (const track of [web, db]) track.end(counts);
  await recorder.finish();
  expect(blocks(made[0]!)).toEqual([
    'section',
    'interface',
    'interface',
    'names',
    'packet',
    'statistics',
    'statistics',
  ]);
});

test('a capture of nothing has its interface and the names', async () => {
  const { files, made } = memory();
  const recorder = await pcapngRecorder(files, wish());
  const track = recorder.begin(place('web'));
  track.data(HEADER);
  recorder.begun?.();
  track.end(counts);
  await recorder.finish();
  expect(blocks(made[0]!)).toEqual(['section', 'interface', 'names', 'statistics']);
});

test('each file of a ring begins with an interface', async () => {
  const { files, made } = memory();
  const recorder = await pcapngRecorder(files, wish({ ring: { files: 9, size: 1000 } }));
  const track = recorder.begin(place('web'));
  track.data(Buffer.concat([HEADER, sent(...Array.from({ length: 20 }, () => 100))]));
  track.end(counts);
  await recorder.finish();
  expect(made.length).toBeGreaterThan(2);
  for (const file of made) expect(blocks(file).slice(0, 4)).toEqual(['section', 'interface', 'names', 'packet']);
});

test('where packets are sorted later: the device of the tap first, then each run with its names', async () => {
  const { files, made } = memory();
  const runs: number[] = [];
  const recorder = await pcapngRecorder(files, wish({ sort: () => runs }));
  const track = recorder.begin(place('host/br0'));
  track.data(HEADER);
  recorder.begun?.();
  const header = { linkType: 1, snapLength: 65_535, nanoseconds: false, littleEndian: true, bytes: HEADER };
  recorder.name(new Map([['10.0.0.2', ['db']]]));
  runs.push(recorder.describe(place('db/eth0'), header));
  const [packet] = packets(60) as [Packet];
  recorder.put([{ ...packet, on: runs[0]! }]);
  track.data(sent(60));
  track.end({ ...counts, captured: 1, received: 1 });
  await recorder.finish();
  expect(blocks(made[0]!)).toEqual([
    'section',
    'interface',
    'interface',
    'names',
    'names',
    'packet',
    'packet',
    'statistics',
  ]);
});
