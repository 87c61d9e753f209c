import { expect, test } from 'vitest';
import { routeDevice } from '../../../src/network/route.ts';
import { toolObjects } from '../../../src/network/tool-json.ts';
import { DbgError } from '../../../src/errors.ts';
import { fakeHost } from '../fakes.ts';

test.each([
  ['an escape sequence', '[{"ifname":"\u001b[31mX"}]', '\u001b[31mX'],
  ['DEL and C1', '[{"ifname":"\u007f\u009b2J"}]', '\u007f\u009b2J'],
  ['a quote and a backslash', String.raw`[{"ifname":"q\"\\w"}]`, 'q"\\w'],
  ['an apostrophe, as iproute2 before 5.6 writes it', String.raw`[{"ifname":"it\'s"}]`, "it's"],
  ['a backslash before an apostrophe', String.raw`[{"ifname":"a\\\'b"}]`, "a\\'b"],
  ['bytes that are no UTF-8', '[{"ifname":"\ufffd\ufffd"}]', '\ufffd\ufffd'],
])('ip: a name with %s', (_, printed, name) => expect(toolObjects('ip', printed)).toEqual([{ ifname: name }]));

test.each([
  ['ip', ''],
  ['ip', 'Usage: ip'],
  ['ip', '[{"ifname":"eth0"'],
  ['ip', 'null'],
  ['ip', '{}'],
  ['ip', '[null]'],
  ['ip', '["eth0"]'],
  ['lsns', ''],
  ['lsns', '[]'],
  ['lsns', 'null'],
  ['lsns', '{"namespaces":{}}'],
  ['lsns', '{"namespaces":[1]}'],
] as const)('%s: %j is an error that a person can read', (program, printed) => {
  expect(() => toolObjects(program, printed)).toThrow(DbgError);
  expect(() => toolObjects(program, printed)).toThrow(`${program} printed no JSON that can be read`);
});

test('a route over a device with such a name', async () => {
  const outputs = { 'ip -j route get 1.1.1.1': '[{"dst":"1.1.1.1","dev":"\u001b[31mX"}]' };
  expect(await routeDevice(fakeHost({ outputs }), (argv) => [...argv], '1.1.1.1')).toBe('\u001b[31mX');
  const broken = fakeHost({ outputs: { 'ip -j route get 1.1.1.1': '[{"dst"' } });
  await expect(routeDevice(broken, (argv) => [...argv], '1.1.1.1')).rejects.toThrow(DbgError);
});
