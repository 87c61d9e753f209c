import { describe, expect, test } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import { container, fakeContext, fakeHost, type FakeContext, type FakeHost } from '../../fakes.ts';

const LSNS = (ns: number, other: number) =>
  `{"namespaces":[{"ns":${ns},"pid":1,"netnsid":null},{"ns":${other},"pid":5,"netnsid":0}]}`;
const veth = (ifindex: number, ifname: string, link_index: number, over: object = {}) => ({
  ifindex,
  ifname,
  link_index,
  link_netnsid: 0,
  flags: ['UP', 'LOWER_UP'],
  qdisc: 'noqueue',
  linkinfo: { info_kind: 'veth' },
  addr_info: [{ local: '172.17.0.2', prefixlen: 16 }],
  ...over,
});

interface Around {
  readonly device?: object;
  readonly env?: Record<string, string>;
  /** another container in the same network */
  readonly isShared?: boolean;
  readonly said?: string;
}

/** Container web, whose eth0 (2) is veth30 (30) on the host. */
function context(args: readonly string[], { device = {}, env = {}, isShared = false, said = 'ok' }: Around = {}) {
  const held: (readonly string[])[] = [];
  const released: (string | undefined)[] = [];
  const base = fakeHost({
    missing: ['ethtool'],
    links: {
      '/proc/1/ns/net': 'net:[1]',
      '/proc/self/ns/net': 'net:[1]',
      '/proc/1234/ns/net': 'net:[7]',
      '/proc/5678/ns/net': 'net:[7]',
    },
  });
  const host: FakeHost = {
    ...base,
    hold: (argv) => {
      held.push(argv);
      const isForATime = argv[argv.findIndex((word) => word.startsWith('dbg cut ')) - 1] !== '';
      return {
        said: Promise.resolve(said),
        ended: Promise.resolve(`${said}\n${isForATime ? 'undone' : 'kept'}\n`),
        onEvent: () => undefined,
        isStopped: () => false,
        kill: () => undefined,
        release: (word) => void released.push(word),
      };
    },
    output: async (argv) => {
      const isInside = argv[0] === 'nsenter';
      if (argv.includes('lsns')) return isInside ? LSNS(7, 1) : LSNS(1, 7);
      if (!argv.includes('ip') || argv.includes('route')) return '';
      return JSON.stringify([isInside ? veth(2, 'eth0', 30) : veth(30, 'veth30', 2, device)]);
    },
  };
  const web = container();
  const side = container({
    id: 'dead'.padEnd(64, '0'),
    name: 'side',
    networkMode: `container:${web.id}`,
    state: { pid: 5678 },
  });
  const containers = isShared ? [web, side] : [web];
  const ctx: FakeContext = fakeContext({ args: ['veth', ...args], env: { USER: 'ann', ...env }, host, containers });
  return { ctx, held, released };
}

describe('a cut', () => {
  test('stays: its guard is told to keep it', async () => {
    const { ctx, held, released } = context(['web', '--down']);
    expect(await run(ctx)).toBe(0);
    expect(held).toHaveLength(1);
    expect(released).toEqual(['keep']);
    expect(ctx.printed.out).toBe('web is offline: veth30 (eth0) is down\nstays so until:  dbg veth web --up\n');
  });

  test('for a time: waits until it is over', async () => {
    const { ctx } = context(['web', '--loss', '30%', '--for', '30s']);
    expect(await run(ctx)).toBe(0);
    expect(ctx.printed.out).toContain('back in 30 s, on Ctrl-C, or by:  dbg veth web --up\n');
    expect(ctx.printed.err).toContain('dbg: web is back\n');
  });

  test('as JSON: the interface as it is then', async () => {
    const { ctx } = context(['web', '--down', '--json']);
    expect(await run(ctx)).toBe(0);
    expect(JSON.parse(ctx.printed.out)).toMatchObject([{ interface: 'eth0', state: 'down', cut: 'down' }]);
  });

  test('a dry run makes none', async () => {
    const { ctx, held } = context(['web', '--down', '--dry-run']);
    expect(await run(ctx)).toBe(0);
    expect(held).toEqual([]);
    expect(ctx.printed.out.trim().split('\n')).toEqual([
      expect.stringMatching(/^ip link set dev veth30 alias 'dbg cut [0-9a-f]{8} down ann \d+ 0 web\/eth0'$/),
      'ip link set dev veth30 down',
    ]);
  });

  test('down already, and not by dbg: it stays so', async () => {
    const { ctx, held } = context(['web', '--down'], { device: { flags: [] } });
    expect(await run(ctx)).toBe(0);
    expect(held).toEqual([]);
    expect(ctx.printed.err).toContain('veth30 (eth0) is down already, not by dbg: it stays so');
  });

  test('one that fails is an error', async () => {
    const { ctx } = context(['web', '--down'], { said: 'failed busy' });
    expect(await run(ctx)).toBe(125);
    expect(ctx.printed.err).toContain('the cut of veth30 failed: busy; nothing is left of it');
    expect(ctx.printed.out).toBe('');
  });
});

describe('harm to others', () => {
  test("the person's own ssh connection", async () => {
    const { ctx, held } = context(['web', '--down', '--force'], {
      env: { SSH_CONNECTION: '172.17.0.2 5 10.0.0.1 22' },
    });
    expect(await run(ctx)).toBe(125);
    expect(held).toEqual([]);
    expect(ctx.printed.err).toContain('your own ssh connection, from 172.17.0.2, comes in through eth0 of "web"');
  });

  test('a container in the same network: the hint is the same cut, forced', async () => {
    const { ctx, held } = context(['web', '--drop', '10.0.0.0/8', '--for', '5m'], { isShared: true });
    expect(await run(ctx)).toBe(125);
    expect(held).toEqual([]);
    expect(ctx.printed.err).toContain('side shares the network of "web", and would be cut off too');
    expect(ctx.printed.err).toContain('dbg veth web --drop 10.0.0.0/8 --for 5m --force');
  });

  test('forced: it is said who else is cut', async () => {
    const { ctx, held } = context(['web', '--down', '--force'], { isShared: true });
    expect(await run(ctx)).toBe(0);
    expect(held).toHaveLength(1);
    expect(ctx.printed.out).toContain('also offline: side (same network namespace)');
  });
});

describe('wrong usage', () => {
  test.each([
    [['web', '--loss', '30'], '--loss takes a percentage'],
    [['web', '--rate', 'fast'], '--rate takes bits per second'],
    [['web', '--delay', '1'], '--delay takes a time'],
    [['web', '--down', '--for', '8d'], '--for takes a time'],
    [['web', '--drop', 'db:0'], '--drop takes PEER'],
    [['web', '--delay', '100ms', '--out'], '--delay --out is not possible: netem delays what a device sends'],
    [['web', '--for', '30s'], '--for goes with a cut'],
    [['web', '--down', '--loss', '5%'], 'cannot be used with'],
    [['web', '--loss', '5%', '--in', '--out'], 'cannot be used with'],
    [['--down'], 'which container?'],
  ])('%j', async (args, text) => {
    const { ctx, held } = context(args);
    expect(await run(ctx)).toBe(2);
    expect(ctx.printed.err).toContain(text);
    expect(held).toEqual([]);
  });
});
