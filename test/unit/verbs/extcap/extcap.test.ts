import { expect, test } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import { container, fakeContext, fakeHost, ID } from '../../fakes.ts';

const CAPTURE = ['extcap', '--capture', '--extcap-interface'];
const FIFO = ['--fifo', '/tmp/f', '--interface', 'any'];

test('a line for each running container', async () => {
  const stopped = container({ name: 'old', id: 'dead'.padEnd(64, '0'), state: { status: 'exited', pid: 0 } });
  const args = ['extcap', '--extcap-interfaces', '--extcap-version=4.0'];
  const ctx = fakeContext({ args, containers: [container(), stopped], host: fakeHost({ isRoot: false }) });
  expect(await run(ctx)).toBe(0);
  expect(ctx.printed.out.split('\n').slice(1)).toEqual(['interface {value=dbg-web}{display=web (busybox)}', '']);
  expect(ctx.host.ran).toEqual([]);
});

test('no engine: no interface, and not a word', async () => {
  const engine = async () => Promise.reject(new Error('nobody'));
  const ctx = fakeContext({ args: ['extcap', '--extcap-interfaces'], engine });
  expect(await run(ctx)).toBe(0);
  expect([ctx.printed.out.includes('interface'), ctx.printed.err]).toEqual([false, '']);
});

test('a capture: the filter is no option of tcpdump', async () => {
  const ctx = fakeContext({ args: [...CAPTURE, 'dbg-web', '--extcap-capture-filter', '-z evil', ...FIFO] });
  expect(await run(ctx)).toBe(0);
  expect(ctx.host.ran[0]?.slice(-6)).toEqual(['-i', 'any', '-w', '-', '--', '-z evil']);
});

test.each(['dbg-we', 'dbg-c0ffee', 'eth0', 'dbg-'])('%s is no container by its whole name', async (value) => {
  const ctx = fakeContext({ args: [...CAPTURE, value, ...FIFO] });
  expect(await run(ctx)).toBe(125);
  expect(ctx.host.ran).toEqual([]);
});

test('the first 12 of an id are', async () => {
  const ctx = fakeContext({ args: [...CAPTURE, `dbg-${ID.slice(0, 12)}`, ...FIFO] });
  expect(await run(ctx)).toBe(0);
});

test('sudo does not ask', async () => {
  const ctx = fakeContext({ args: [...CAPTURE, 'dbg-web', ...FIFO], host: fakeHost({ isRoot: false }) });
  await run(ctx);
  expect(ctx.host.ran[0]).toContain('--non-interactive');
});

test('a person is told whom it is for', async () => {
  const ctx = fakeContext({ args: ['extcap'] });
  expect(await run(ctx)).toBe(2);
  expect(ctx.printed.err).toContain('for Wireshark');
});
