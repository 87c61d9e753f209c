import { expect, test } from 'vitest';
import { type LogLine, logReader } from '../../../../src/engine/logs/logs.ts';
import { parseNetwork } from '../../../../src/engine/network.ts';

const frame = (stream: number, text: string) => {
  const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
};

test('frames of two streams, cut anywhere, are lines', () => {
  const all = Buffer.concat([frame(1, 'one\ntw'), frame(2, 'err\n'), frame(1, 'o é\n')]);
  for (let size = 1; size < all.length; size++) {
    const heard: LogLine[] = [];
    const read = logReader(false, (line) => heard.push(line));
    for (let at = 0; at < all.length; at += size) read(all.subarray(at, at + size));
    expect(heard).toEqual([
      { stream: 'stdout', text: 'one' },
      { stream: 'stderr', text: 'err' },
      { stream: 'stdout', text: 'two é' },
    ]);
  }
});

test('with a terminal there are no frames', () => {
  const heard: string[] = [];
  const read = logReader(true, ({ text }) => heard.push(text));
  read(Buffer.from('one\r\ntw'));
  read(Buffer.from('o\r\n'));
  expect(heard).toEqual(['one', 'two']);
});

test('a line that never ends is told in parts', () => {
  const heard: string[] = [];
  const read = logReader(false, ({ text }) => heard.push(text));
  for (let turn = 0; turn < 10; turn++) read(frame(1, 'x'.repeat(4096)));
  expect(heard.map(({ length }) => length)).toEqual([16_384, 16_384]);
});

const Id = 'f00dfeedcafe1'.padEnd(64, '0');

test.each([
  [{ Id, Driver: 'bridge' }, 'br-f00dfeedcafe'],
  [{ Id, Driver: 'bridge', Options: { 'com.docker.network.bridge.name': 'docker0' } }, 'docker0'],
  [{ Id, Driver: 'bridge', Options: { 'com.docker.network.bridge.name': '-w/etc/passwd' } }, 'br-f00dfeedcafe'],
  [{ Id, Driver: 'macvlan', Options: { parent: 'eth1' } }, 'eth1'],
  [{ Id, Driver: 'macvlan', Options: { parent: 'a name longer than any' } }, undefined],
  [{ Id: 'q0s5w7nd3zk1bd1jqbzdvrk6y', Driver: 'overlay' }, undefined],
  [{ Id, Driver: 'host' }, undefined],
])('the device of a network: %j', (answer, device) => expect(parseNetwork(answer).device).toBe(device));

test.each([['/'], [':'], [''], [`${Id}0`], ['F00'.padEnd(64, '0')], [7]])('%j is no id of a network', (id) =>
  expect(() => parseNetwork({ Id: id })).toThrow('not a network'),
);
