import { expect, test } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import { fakeContext } from '../../fakes.ts';

const words = (line: string) => line.split(' ').filter(Boolean);

test.each([
  ['--wireshark web', 'web -w -'],
  ['--for 5s --wireshark web port 80', '--for 5s web -w - port 80'],
  ['--wireshark web -- -i eth0', 'web -w - -i eth0'],
  ['--project shop --wireshark', '--project shop -w -'],
  ['--project shop --wireshark -i eth0 port 80', '--project shop -w - -i eth0 port 80'],
  ['--wireshark --network app_net port 80', '--network app_net -w - port 80'],
])('dbg tcpdump %s: the capture for the viewer is %s', async (typed, expected) => {
  const ctx = fakeContext({ args: ['tcpdump', ...words(typed)] });
  expect(await run(ctx)).toBe(0);
  expect(ctx.host.ran).toEqual([
    ['node', 'dbg.js', 'tcpdump', ...words(expected)],
    ['wireshark', '-k', '-i', '-'],
  ]);
});
