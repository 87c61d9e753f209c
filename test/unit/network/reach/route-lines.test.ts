import { expect, test } from 'vitest';
import { routeLines } from '../../../../src/network/reach/route-lines.ts';
import { fakeHost } from '../../fakes.ts';

test('routes, and the rules that are not the usual ones', async () => {
  const usual = [0, 32766, 32767].map((priority, at) => {
    return { priority, src: 'all', table: ['local', 'main', 'default'][at] };
  });
  const host = fakeHost({
    outputs: {
      'ip -4 -j route show': JSON.stringify([
        { dst: 'default', gateway: '172.18.0.1', dev: 'eth0', flags: [] },
        { dst: '172.18.0.0/16', dev: 'eth0', protocol: 'kernel', prefsrc: '172.18.0.2', flags: ['linkdown'] },
        { type: 'unreachable', dst: '10.0.0.0/8', metric: 4, flags: [] },
      ]),
      'ip -4 -j rule show': JSON.stringify([...usual, { priority: 100, src: '10.0.0.1', table: '7' }]),
      'ip -6 -j rule show': JSON.stringify(usual.slice(0, 2)),
    },
  });
  expect(await routeLines(host, (argv) => [...argv])).toEqual([
    { to: 'IPv4 default', way: 'via 172.18.0.1 dev eth0' },
    { to: 'IPv4 172.18.0.0/16', way: 'dev eth0 linkdown' },
    { to: 'IPv4 10.0.0.0/8', way: 'unreachable metric 4' },
    { to: 'IPv4 rule 100', way: 'from 10.0.0.1 lookup 7' },
  ]);
});
