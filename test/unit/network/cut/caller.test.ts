import { describe, expect, test } from 'vitest';
import { callers, carrying, parseRoute } from '../../../../src/network/cut/caller.ts';
import { fakeHost } from '../../fakes.ts';
import { atOwn, atPeer } from './fixtures.ts';

describe('from where the person came', () => {
  const SSH = 'SSH_CONNECTION=';
  test.each<[string, Record<string, string>, Record<string, string>, string[]]>([
    ['nowhere', {}, {}, []],
    ['its own environment', { SSH_CONNECTION: '10.0.0.5 50000 10.0.0.1 22' }, {}, ['10.0.0.5']],
    ['a zone is not the address', { SSH_CONNECTION: 'fe80::5%eth0 50000 fe80::1%eth0 22' }, {}, ['fe80::5']],
    ['empty', { SSH_CONNECTION: '' }, {}, []],
    [
      'the shell before sudo',
      {},
      {
        '/proc/90/environ': 'A=1\0',
        '/proc/90/stat': '90 (dbg) S 80 1',
        '/proc/80/stat': '80 (su (x) y) S 70 1',
        '/proc/70/environ': `HOME=/\0${SSH}10.0.0.6 5 10.0.0.1 22\0B=2\0`,
        '/proc/70/stat': '70 (sh) S 1 1',
        '/proc/1/environ': `${SSH}10.9.9.9 5 10.0.0.1 22\0`,
      },
      ['10.0.0.6'],
    ],
    ['not another variable', {}, { '/proc/90/environ': `MY_${SSH}10.0.0.6 5 10.0.0.1 22\0` }, []],
    [
      'two of them, each once',
      { SSH_CONNECTION: '10.0.0.5 1 10.0.0.1 22' },
      {
        '/proc/90/environ': `${SSH}10.0.0.5 1 10.0.0.1 22\0`,
        '/proc/90/stat': '90 (dbg) S 80 1',
        '/proc/80/environ': `${SSH}fd00::5 1 fd00::1 22\0`,
      },
      ['10.0.0.5', 'fd00::5'],
    ],
    // A number that became another's meanwhile could lead in a circle.
    ['a circle ends', {}, { '/proc/90/stat': '90 (dbg) S 90 1' }, []],
  ])('%s', (_, own, files, clients) =>
    expect(callers(fakeHost({ files, links: { '/proc/self': '90' } }), own)).toEqual(clients),
  );
});

describe('the interface by which a caller comes', () => {
  const eth0 = { ...atPeer(), inside: { ...atPeer().inside, addresses: ['172.17.0.2/16', 'fd00::2/64'] } };
  const get = (client: string, answer: string) => ({ [`ip -j route get ${client}`]: answer });

  test.each<[string, string, string]>([
    ['it has the address itself', '172.17.0.2', '[{"dst":"172.17.0.2","dev":"docker0"}]'],
    ['there is no route to ask', 'fd00::2', ''],
    ['it is the gateway', '10.8.0.5', '[{"dst":"10.8.0.5","gateway":"172.17.0.2","dev":"docker0"}]'],
    [
      'it is the gateway of the other family',
      '10.8.0.5',
      '[{"via":{"family":"inet6","host":"fd00::2"},"dev":"docker0"}]',
    ],
    ['its device is on the way', '10.8.0.5', '[{"dst":"10.8.0.5","dev":"veth102"}]'],
  ])('%s', async (_, client, answer) =>
    expect(await carrying(fakeHost({ outputs: get(client, answer) }), ['192.0.2.1', client], [eth0])).toEqual({
      client,
      each: eth0,
    }),
  );

  test.each<[string, string]>([
    ['another device, another gateway', '[{"gateway":"192.168.1.1","dev":"enp1s0"}]'],
    ['only the network is the same', '[{"dst":"10.8.0.5","dev":"docker0"}]'],
    ['no route', '[]'],
  ])('none: %s', async (_, answer) =>
    expect(await carrying(fakeHost({ outputs: get('10.8.0.5', answer) }), ['10.8.0.5'], [eth0])).toBeUndefined(),
  );

  test("a device of that name in the container is not the host's", async () => {
    const host = fakeHost({ outputs: get('10.8.0.5', '[{"dev":"eth0"}]') });
    expect(await carrying(host, ['10.8.0.5'], [atOwn()])).toBeUndefined();
  });

  test('ip fails: only the address can tell', async () => {
    const host = { ...fakeHost(), output: () => Promise.reject(new Error('unreachable')) };
    expect(await carrying(host, ['10.8.0.5'], [eth0])).toBeUndefined();
    expect(await carrying(host, ['172.17.0.2'], [eth0])).toMatchObject({ client: '172.17.0.2' });
  });

  test('nobody came by ssh: nothing is asked', async () => {
    const host = { ...fakeHost(), output: () => Promise.reject(new Error('asked')) };
    expect(await carrying(host, [], [eth0])).toBeUndefined();
  });
});

test.each([
  [
    '[{"dst":"1.1.1.1","gateway":"192.168.1.1","dev":"enp1s0","prefsrc":"192.168.1.2"}]',
    { gateway: '192.168.1.1', device: 'enp1s0' },
  ],
  ['[{"dst":"10.0.0.2","dev":"docker0"}]', { device: 'docker0' }],
  ['[{"via":{"family":"inet6","host":"fe80::1"},"dev":"wg0"}]', { gateway: 'fe80::1', device: 'wg0' }],
  ['[{"type":"unreachable","dst":"1.1.1.1"}]', {}],
  ['[]', {}],
  ['', {}],
])('ip -j route get: %s', (text, route) => expect(parseRoute(text)).toEqual(route));

test('a route that cannot be read is not taken for none: the cut may be of the way by which the caller came', () => {
  expect(() => parseRoute('[{"dst":')).toThrow('ip printed no JSON');
});
