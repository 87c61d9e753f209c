import { describe, expect, test } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import { chosenEnd } from '../../../../src/verbs/tcpflow/tcpflow-host-end.ts';
import type { ContainerInterface } from '../../../../src/network/interfaces.ts';
import { HOST_NETNS } from '../../../../src/network/netns-path.ts';
import { container, fakeContext, fakeHost, fakeOutput, link } from '../../fakes.ts';

const target = { container: container(), pid: 1234, startTime: '4242' };
const wire = (name: string, over: Partial<ContainerInterface> = {}): ContainerInterface => ({
  target,
  inside: link({ name }),
  network: `${name}_net`,
  device: link({ name: `veth-${name}` }),
  place: HOST_NETNS,
  proof: 'both ways',
  reason: '',
  cutAt: 'peer',
  mark: undefined,
  ownMark: undefined,
  ...over,
});
const network = (...interfaces: ContainerInterface[]) => ({ target, netns: 7, isHosts: false, interfaces });

describe('the host end', () => {
  test('of the only interface, or of the one that is named', () => {
    expect(chosenEnd(network(wire('eth0')), undefined).device.name).toBe('veth-eth0');
    expect(chosenEnd(network(wire('eth0'), wire('eth1')), 'eth1').device.name).toBe('veth-eth1');
  });

  test.each([
    [network(wire('eth0'), wire('eth1')), undefined, 'has several interfaces: eth0 (eth0_net), eth1 (eth1_net)'],
    [network(wire('eth0')), 'eth1', 'has no interface "eth1" (it has eth0 (eth0_net))'],
    [network(), undefined, 'has no interface with a wire (it has none)'],
    [network(wire('eth0', { proof: 'one way', reason: 'it lies' })), undefined, 'has no proven host end: it lies'],
    [network(wire('eth0', { device: undefined, proof: 'none', reason: 'macvlan' })), undefined, 'macvlan'],
    [{ ...network(), isHosts: true }, undefined, "is in the host's own network"],
  ])('is not guessed %#', (given, only, message) => expect(() => chosenEnd(given, only)).toThrow(message));
});

const words = (argv: readonly string[] | undefined) => argv?.slice(argv.lastIndexOf('0') + 1).join(' ');

test('who asked through sudo runs it, with one right', async () => {
  const env = { SUDO_USER: 'ann', SUDO_COMMAND: '/usr/bin/dbg tcpflow web' };
  const host = fakeHost({ outputs: { 'id -g -- ann': '4242\n' } });
  await run(fakeContext({ args: ['tcpflow', 'web', 'port', '80'], env, host }));
  expect(words(host.ran[0])).toMatch(/^setpriv --reuid ann --regid 4242 .* -- tcpflow -i any .* -c port 80$/);
});

test.each([
  [['tcpflow', 'web', '-U', 'bob']],
  [['tcpflow', '--user', '1', 'web']],
  [['tcpflow', '--ns', 'net,user', 'web']],
])('%j: as whom is said already', async (args) => {
  const env = { SUDO_USER: 'ann', SUDO_COMMAND: '/usr/bin/dbg tcpflow web' };
  const ctx = fakeContext({ args, env });
  await run(ctx);
  expect(ctx.host.ran[0]).not.toContain('--ambient-caps');
});

test.each([
  [['tcpflow', 'web', '-B'], 'can control your terminal'],
  [['tcpflow', '--host-end', 'web', '-i', 'x'], 'leave out -i'],
  [['tcpflow', '--interface', 'eth0', 'web'], '--interface goes with --host-end'],
  [['tcpflow', '--host-end', '--all', 'web'], 'cannot be used with'],
])('%j is wrong usage', async (args, message) => {
  const ctx = fakeContext({ args, stdout: fakeOutput(() => undefined, true) });
  expect(await run(ctx)).toBe(2);
  expect(ctx.printed.err).toContain(message);
  expect(ctx.host.ran).toEqual([]);
});

test('no tcpflow: 127 and the package', async () => {
  const ctx = fakeContext({ args: ['tcpflow', 'web'], host: fakeHost({ missing: ['tcpflow'] }) });
  expect(await run(ctx)).toBe(127);
  expect(ctx.printed.err).toContain('sudo apt install tcpflow');
});
