import { expect, test } from 'vitest';
import type { CapturePoint } from '../../../../src/capture/capture-point.ts';
import { whereRecorder } from '../../../../src/capture/recorders/where-recorder.ts';

const place = (name: string): CapturePoint => ({ name, device: name, inThere: (argv) => [...argv] });
const [own, host, bridge] = [place('web/eth0'), place('host/veth1'), place('host/br0')];
const WAY = [own, host, bridge];
const WANTED = { addresses: ['10.0.0.9'], port: 81 };

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const HEADER = Buffer.concat([Buffer.from('d4c3b2a1020004000000000000000000', 'hex'), u32(262_144), u32(1)]);

/** A record of a SYN, or of what comes back, at a time in milliseconds. */
function record(time: number, sequence: number, isBack = false): Buffer {
  const [from, to] = isBack ? ['0a000009', '0a000002'] : ['0a000002', '0a000009'];
  const [source, port] = isBack ? ['0051', 'c350'] : ['c350', '0051'];
  const number = sequence.toString(16).padStart(8, '0');
  const text = `02420a00000102420a0000020800 4500002812344000400600 00 ${from}${to} ${source}${port}${number}000000005002faf000000000`;
  const frame = Buffer.from(text.replaceAll(' ', ''), 'hex');
  return Buffer.concat([
    u32(Math.floor(time / 1000)),
    u32((time % 1000) * 1000),
    u32(frame.length),
    u32(frame.length),
    frame,
  ]);
}

function find(seen: ReadonlyMap<CapturePoint, readonly Buffer[]>, begun = 0, stopped = 1e9) {
  let now = begun;
  const recorder = whereRecorder(WAY, WANTED, () => now);
  const tracks = WAY.map((each) => [each, recorder.begin(each)] as const);
  recorder.begun!();
  for (const [each, track] of tracks) track.data(Buffer.concat([HEADER, ...(seen.get(each) ?? [])]));
  now = stopped;
  recorder.stopping!();
  return recorder
    .result()
    .passages.map(({ direction, seen: at, missingFrom }) => [
      direction,
      at.map(({ name }) => name).join(' '),
      missingFrom?.name,
    ]);
}

test('the first place that a packet did not come to, on its way out and back', () => {
  const seen = new Map([
    [own, [record(1000, 1), record(1200, 2), record(1300, 7, true)]],
    [host, [record(1001, 1), record(1299, 7, true)]],
    [bridge, [record(1002, 1), record(1298, 7, true), record(1400, 8, true)]],
  ]);
  expect(find(seen)).toEqual([
    ['to', 'web/eth0 host/veth1 host/br0', undefined],
    ['to', 'web/eth0', 'host/veth1'],
    ['from', 'host/br0 host/veth1 web/eth0', undefined],
    ['from', 'host/br0', 'host/veth1'],
  ]);
});

test('a retransmission is another packet', () => {
  const seen = new Map([
    [own, [record(1000, 1), record(2000, 1)]],
    [host, [record(1001, 1), record(2001, 1)]],
    [bridge, [record(1002, 1)]],
  ]);
  expect(find(seen).map(([, , missing]) => missing)).toEqual([undefined, 'host/br0']);
});

test('what begins on the way is not missing before', () => {
  expect(find(new Map([[bridge, [record(1000, 1)]]]))).toEqual([['to', 'host/br0', undefined]]);
});

test('before all listened, and after the end, nothing is missing; what came through counts all the same', () => {
  const all = [record(500, 1), record(9000, 2)];
  const seen = new Map([
    [own, [...all, record(400, 3), record(9100, 4)]],
    [host, [...all, record(410, 5)]],
    [bridge, [...all, record(411, 5)]],
  ]);
  expect(find(seen, 1000, 9000)).toEqual([
    ['to', 'web/eth0 host/veth1 host/br0', undefined],
    ['to', 'web/eth0 host/veth1 host/br0', undefined],
  ]);
});

test('what the kernel dropped is known: it looks as if it had vanished', () => {
  const recorder = whereRecorder(WAY, WANTED, () => 0);
  for (const each of WAY) recorder.begin(each).end({ captured: 1, received: 3, dropped: 2 });
  expect(recorder.result().dropped).toBe(6);
});
