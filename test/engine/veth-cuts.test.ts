import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { dbg, DBG, dbgOnTerminal, firstLine, sleep } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { cutGuards, makesCuts } from './support/cuts.ts';
import { does } from './support/veth.ts';

makesCuts();

interface Row {
  readonly interface: string;
  readonly network: string;
  readonly host_device: string;
  readonly state: string;
  readonly cut: string | null;
}

async function rows(container: string): Promise<Row[]> {
  const { stdout, stderr, exitCode } = await dbg(['veth', container, '--json']);
  expect(exitCode, String(stderr)).toBe(0);
  return JSON.parse(stdout as string);
}

interface Net {
  readonly web: string;
  readonly db: string;
  readonly cache: string;
  /** IPv4 and IPv6 addresses, by container */
  readonly addresses: ReadonlyMap<string, readonly [string, string]>;
  readonly pids: ReadonlyMap<string, string>;
}

/** Three containers on a network of both families; db and cache answer on TCP 80 and 81 and on UDP 53. */
async function lanOf(lab: Lab): Promise<Net> {
  const subnet = `fd00:${Math.floor(Math.random() * 0xffff).toString(16)}::/64`;
  const network = await lab.network('n', '--ipv6', '--subnet', subnet);
  const [web, db, cache] = await Promise.all([
    lab.run('web', { options: ['--network', network] }),
    lab.run('db', { options: ['--network', network] }),
    lab.run('cache', { options: ['--network', network] }),
  ]);
  await Promise.all([serve(lab, db), serve(lab, cache)]);
  const entries = await Promise.all(
    [web, db, cache].map(async (name) => {
      const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.GlobalIPv6Address}}{{end}}';
      return [name, (await lab.docker('inspect', '-f', format, name)).split(' ') as [string, string]] as const;
    }),
  );
  const pids = new Map(
    await Promise.all([web, db, cache].map(async (name) => [name, String(await lab.pid(name))] as const)),
  );
  return { web, db, cache, addresses: new Map(entries), pids };
}

/** Answers "hello" in a container on TCP 80 and 81 and UDP 53, in both families. */
async function serve(lab: Lab, container: string): Promise<void> {
  const script = `const net = require('net'), dgram = require('dgram');
    for (const port of [80, 81]) net.createServer((s) => s.on('error', () => 0).end('hello')).listen(port, '::');
    const udp = dgram.createSocket('udp6').bind(53, '::', () => console.log('ready'));
    udp.on('message', (_, { port, address }) => udp.send('hello', port, address));`;
  const pid = String(await lab.pid(container));
  const server = execa('nsenter', ['-t', pid, '-n', process.execPath, '-e', script], { reject: false });
  lab.cleanUp(async () => {
    server.kill();
    await server;
  });
  await once(server.stdout, 'data');
}

const inside = async (container: string, script: string) =>
  (await execa('docker', ['exec', container, 'sh', '-c', script], { reject: false })).exitCode === 0;

const PROBE = `
const [v4, v6] = process.argv.slice(1);
const left = new Set(['tcp4:80', 'tcp6:80', 'tcp4:81', 'udp4:53', 'udp6:53']);
const done = (name) => () => left.delete(name) && (console.log(name), left.size === 0 && process.exit());
const tcp = (name, host, port) => require('net').connect({ host, port }).on('data', done(name)).on('error', () => 0).setTimeout(1000).unref();
const udp = (name, kind, host) => {
  const socket = require('dgram').createSocket(kind).on('message', done(name)).unref();
  for (const wait of [0, 300]) setTimeout(() => socket.send('x', 53, host, () => 0), wait);
};
tcp('tcp4:80', v4, 80); tcp('tcp6:80', v6, 80); tcp('tcp4:81', v4, 81); udp('udp4:53', 'udp4', v4); udp('udp6:53', 'udp6', v6);
setTimeout(() => process.exit(), 1200);`;

/** Which kinds of traffic get through from one container to another. */
async function through({ addresses, pids }: Net, from: string, to: string): Promise<string[]> {
  const [v4, v6] = addresses.get(to)!;
  const enter = ['-t', pids.get(from)!, '-n', process.execPath, '-e', PROBE, v4, v6];
  const [probe, ping4, ping6] = await Promise.all([
    execa('nsenter', enter),
    inside(from, `ping -c 1 -W 1 ${v4}`),
    inside(from, `ping -6 -c 1 -W 1 ${v6}`),
  ]);
  const answered = [...(ping4 ? ['ping4'] : []), ...(ping6 ? ['ping6'] : []), ...probe.stdout.split('\n')];
  return [...new Set(answered)].filter(Boolean).toSorted();
}

const ALL = ['ping4', 'ping6', 'tcp4:80', 'tcp4:81', 'tcp6:80', 'udp4:53', 'udp6:53'];
const without = (...some: readonly string[]) => ALL.filter((kind) => !some.includes(kind));
/**
 * Waits until these kinds get through and no others: a busy machine answers a probe late, and after a link came up IPv6 makes sure that
 * nobody has its address.
 */
const gets = (net: Net, from: string, to: string, kinds: readonly string[]) =>
  expect.poll(() => through(net, from, to), { interval: 200 }).toEqual(kinds);
const all = (net: Net, from: string, to: string) => gets(net, from, to, ALL);

const tables = async () => (await execa('nft', ['list', 'tables', 'netdev'])).stdout;
const aliasOf = async (device: string): Promise<string> =>
  JSON.parse((await execa('ip', ['-j', 'link', 'show', 'dev', device])).stdout)[0].ifalias ?? '';

/** The PIDs of the processes that guard a container's cuts. */
const guardsOf = async (id: string): Promise<string[]> =>
  (await execa('pgrep', ['-f', `dbg-cut .*${id}`], { reject: false })).stdout.split('\n').filter(Boolean);

describe('traffic before, during and after', () => {
  test.for([
    ['--down', [], 'is down'],
    ['--blackhole', [], 'drops every frame, its carrier stays'],
    ['--loss', ['100%'], 'has loss:100%'],
  ] as const)('%s', async ([option, value, says], { lab }) => {
    const lan = await lanOf(lab);
    const { web, db, cache } = lan;
    await all(lan, web, db);
    expect(await does(web, option, ...value)).toContain(says);
    expect(await through(lan, web, db)).toEqual([]);
    expect(await through(lan, db, web)).toEqual([]);
    await all(lan, db, cache);
    expect((await rows(web))[0]).toMatchObject({ state: option === '--down' ? 'down' : 'up' });
    expect(await does(web, '--up')).toContain(`${web} is back online`);
    await all(lan, web, db);
    const { host_device: device, cut } = (await rows(web))[0]!;
    expect([cut, await aliasOf(device)]).toEqual([null, '']);
  });

  test('--drop: one peer by its name, in both families; all other traffic is unharmed', async ({ lab }) => {
    const lan = await lanOf(lab);
    const { web, db, cache } = lan;
    await all(lan, web, db);
    await does(web, '--drop', db);
    expect(await through(lan, web, db)).toEqual([]);
    await all(lan, web, cache);
    await does(web, '--drop', `${db}:80`);
    await gets(lan, web, db, without('tcp4:80', 'tcp6:80'));
    const [v4, v6] = lan.addresses.get(db)!;
    await does(web, '--drop', `${v4}:81`, '--drop', `[${v6}]:80`);
    await gets(lan, web, db, without('tcp4:81', 'tcp6:80'));
    await does(web, '--drop', `${v4}/32`);
    await gets(lan, web, db, ['ping6', 'tcp6:80', 'udp6:53']);
    await does(web, '--up');
    await all(lan, web, db);
  });

  test('--drop of UDP, and of one direction', async ({ lab }) => {
    const lan = await lanOf(lab);
    const { web, db } = lan;
    const [v4] = lan.addresses.get(db)!;
    await does(web, '--drop', `${db}:53/udp`);
    await gets(lan, web, db, without('udp4:53', 'udp6:53'));
    await does(web, '--drop', `${db}:53`);
    await all(lan, web, db);
    // What it sends arrives, what comes back does not.
    await does(web, '--blackhole', '--in');
    const before = await pinged(lab, db);
    expect(await inside(web, `ping -c 3 -i 0.1 -W 1 ${v4}`)).toBe(false);
    expect((await pinged(lab, db)) - before).toBe(3);
    await does(web, '--blackhole', '--out');
    const then = await pinged(lab, db);
    expect(await inside(web, `ping -c 3 -i 0.1 -W 1 ${v4}`)).toBe(false);
    expect((await pinged(lab, db)) - then).toBe(0);
  });

  test('--loss: about so many', async ({ lab }) => {
    const lan = await lanOf(lab);
    const [v4] = lan.addresses.get(lan.db)!;
    await does(lan.web, '--loss', '30%', '--out');
    await inside(lan.web, `ping -c 300 -i 0.01 -W 1 ${v4}`);
    const { host_device: device } = (await rows(lan.web))[0]!;
    const { ifindex } = JSON.parse((await execa('ip', ['-j', 'link', 'show', 'dev', device])).stdout)[0];
    const { stdout } = await execa('nft', ['list', 'table', 'netdev', `dbg_${ifindex}`]);
    const dropped = Number(/counter packets (\d+)/.exec(stdout)?.[1]);
    expect(dropped).toBeGreaterThan(300 * 0.18);
    expect(dropped).toBeLessThan(300 * 0.42);
  });

  test('--rate: no more than that, and not nothing', async ({ lab }) => {
    const lan = await lanOf(lab);
    const pid = await lab.pid(lan.db);
    const [v4] = lan.addresses.get(lan.db)!;
    await does(lan.web, '--rate', '8mbit');
    const sink = execa('nsenter', ['-t', String(pid), '-n', 'sh', '-c', 'timeout 4 busybox nc -l -p 99 | wc -c'], {
      reject: false,
    });
    await sleep(300);
    await execa('docker', ['exec', lan.web, 'sh', '-c', `timeout 3 nc ${v4} 99 </dev/zero`], { reject: false });
    const bytes = Number((await sink).stdout);
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(5_000_000);
  });

  test('--delay says that this kernel has no netem, and nothing is done', async ({ lab }) => {
    const { web } = await lanOf(lab);
    const { exitCode, stderr } = await dbg(['veth', web, '--delay', '100ms±20ms']);
    const hasNetem = (await execa('sh', ['-c', 'modprobe -n sch_netem'], { reject: false })).exitCode === 0;
    if (hasNetem) console.log('this kernel has netem: the refusal cannot be seen');
    else {
      expect([exitCode, stderr]).toEqual([125, expect.stringContaining('has no netem')]);
      expect(await aliasOf((await rows(web))[0]!.host_device)).toBe('');
    }
  });
});

/** How many echo requests a container got (proc_net(5), snmp): what else comes in is chance. */
async function pinged(lab: Lab, container: string): Promise<number> {
  const text = readFileSync(`/proc/${await lab.pid(container)}/net/snmp`, 'utf8');
  const [names = '', values = ''] = text.split('\n').filter((line) => line.startsWith('Icmp: '));
  return Number(values.split(' ')[names.split(' ').indexOf('InEchos')]);
}

describe('a cut is undone', () => {
  const start = (...args: readonly string[]) => dbg(['veth', ...args]);

  test('when its time is over; --status tells of it meanwhile', async ({ lab }) => {
    const lan = await lanOf(lab);
    const running = start(lan.web, '--down', '--for', '6s');
    await firstLine(running);
    const status = JSON.parse(await does('--status', '--json')) as Record<string, unknown>[];
    expect(status.filter(({ container }) => container === lan.web)).toEqual([
      expect.objectContaining({ interface: 'eth0', cut: 'down', by: expect.any(String), overdue: false }),
    ]);
    const { exitCode, stdout, stderr } = await running;
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringContaining(`back in 6 s, on Ctrl-C, or by:  dbg veth ${lan.web} --up`),
    ]);
    expect(stderr).toContain(`${lan.web} is back`);
    await all(lan, lan.web, lan.db);
  });

  test('by Ctrl-C on a terminal, which counts down meanwhile', async ({ lab }) => {
    const lan = await lanOf(lab);
    const terminal = dbgOnTerminal(['veth', lan.web, '--blackhole', '--for', '60s']);
    await terminal.sees('back in 60 s (Ctrl-C: now)');
    expect(await through(lan, lan.web, lan.db)).toEqual([]);
    terminal.type('\u0003');
    await terminal.sees(`${lan.web} is back`);
    expect(await terminal.ended).toBe(130);
    await all(lan, lan.web, lan.db);
  });

  test.for([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGKILL', undefined],
  ] as const)('by %s', async ([signal, code], { lab }) => {
    const lan = await lanOf(lab);
    const running = start(lan.web, '--drop', lan.db, '--for', '60s');
    await firstLine(running);
    expect(await through(lan, lan.web, lan.db)).toEqual([]);
    running.kill(signal);
    expect((await running).exitCode).toBe(code);
    await expect.poll(async () => (await rows(lan.web))[0]!.cut).toBe(null);
    await all(lan, lan.web, lan.db);
  });

  test('by dbg when the guard was killed', async ({ lab }) => {
    const lan = await lanOf(lab);
    const first = start(lan.web, '--blackhole', '--for', '60s');
    await firstLine(first);
    for (const pid of await cutGuards(lab, lan.web)) process.kill(pid, 'SIGKILL');
    const { exitCode, stderr } = await first;
    expect([exitCode, stderr]).toEqual([125, expect.stringContaining('is back: dbg itself undid the cut')]);
    await all(lan, lan.web, lan.db);
  });

  test('a later cut of the same interface stays when the earlier one is over', async ({ lab }) => {
    const lan = await lanOf(lab);
    const first = start(lan.web, '--blackhole', '--for', '1h');
    await firstLine(first);
    await does(lan.web, '--drop', lan.db);
    expect(await first).toMatchObject({
      exitCode: 125,
      stderr: expect.stringContaining('was cut anew meanwhile, and that cut stays'),
    });
    expect((await rows(lan.web))[0]!.cut).toBe(`drop:${lan.db}`);
    await all(lan, lan.web, lan.cache);
    expect(await through(lan, lan.web, lan.db)).toEqual([]);
    await does(lan.web, '--up');
  });

  test('though somebody writes another alias over its mark; and through a name that ip knows for the namespace', async ({
    lab,
  }) => {
    const lan = await lanOf(lab);
    const named = lab.name('ns').slice(0, 40);
    await execa('ip', ['netns', 'attach', named, String(await lab.pid(lan.web))]);
    lab.cleanUp(() => execa('ip', ['netns', 'delete', named]));
    const { host_device: device } = (await rows(lan.web))[0]!;
    const running = start(lan.web, '--down', '--for', '2s');
    await firstLine(running);
    await execa('ip', ['link', 'set', 'dev', device, 'alias', 'mine']);
    expect((await running).exitCode).toBe(0);
    expect([(await rows(lan.web))[0]!.state, await aliasOf(device)]).toEqual(['up', 'mine']);
  });

  test('by dbg, when its guard stands still', async ({ lab }) => {
    const lan = await lanOf(lab);
    const running = start(lan.web, '--down', '--for', '60s');
    await firstLine(running);
    const id = await lab.docker('inspect', '-f', '{{.Id}}', lan.web);
    for (const pid of await guardsOf(id)) process.kill(Number(pid), 'SIGSTOP');
    process.kill(running.pid!, 'SIGTERM');
    expect((await running).exitCode).toBe(143);
    expect((await rows(lan.web))[0]).toMatchObject({ state: 'up', cut: null });
  });

  test('not, when nft refuses: then the mark stays, and it is an error', async ({ lab }) => {
    const lan = await lanOf(lab);
    await does(lan.web, '--blackhole');
    const script = 'mount --bind /dev/null "$(command -v nft)"; exec "$@"';
    const up = [process.execPath, DBG, 'veth', lan.web, '--up'];
    const { exitCode, stderr } = await execa('unshare', ['-m', 'sh', '-c', script, 'sh', ...up], { reject: false });
    expect([exitCode, stderr]).toEqual([125, expect.stringContaining('could not be undone')]);
    expect((await rows(lan.web))[0]!.cut).toBe('blackhole');
    await does(lan.web, '--up');
    await all(lan, lan.web, lan.db);
  });

  test('two at once: one of them is in force, then none', async ({ lab }) => {
    const lan = await lanOf(lab);
    for (let time = 0; time < 5; time++) {
      const both = [start(lan.web, '--down', '--for', '300ms'), start(lan.web, '--blackhole', '--for', '300ms')];
      for (const { exitCode, stderr } of await Promise.all(both)) {
        expect([exitCode, stderr]).toEqual(
          exitCode === 0 ? [0, expect.stringContaining('is back')] : [125, expect.stringContaining('was cut anew')],
        );
      }
      expect((await rows(lan.web))[0]).toMatchObject({ state: 'up', cut: null });
    }
    await all(lan, lan.web, lan.db);
  });

  test('with the device: the container ends, and its table goes', async ({ lab }) => {
    const lan = await lanOf(lab);
    const running = start(lan.web, '--blackhole', '--for', '60s');
    await firstLine(running);
    const { host_device: device } = (await rows(lan.web))[0]!;
    const table = `dbg_${JSON.parse((await execa('ip', ['-j', 'link', 'show', 'dev', device])).stdout)[0].ifindex}`;
    // Another test may flush all rules of the host: they are made anew.
    await expect.poll(tables).toContain(table);
    await lab.docker('kill', lan.web);
    const { exitCode, stderr } = await running;
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining(`${lan.web} has ended`)]);
    expect(await tables()).not.toContain(table);
  });

  // In four parts: who waits to be alone with all cuts of the host waits for one of them at most.
  test.for([1, 2, 3, 4])('100 times SIGKILL at random moments, part %i of 4', async (_, { lab }) => {
    const lan = await lanOf(lab);
    const id = await lab.docker('inspect', '-f', '{{.Id}}', lan.web);
    const { host_device: device } = (await rows(lan.web))[0]!;
    let [left, cut, worst] = [0, 0, 0];
    for (let time = 0; time < 25; time++) {
      const way = ['--down', '--blackhole', '--loss'][time % 3]!;
      const running = execa(
        process.execPath,
        [DBG, 'veth', lan.web, way, ...(way === '--loss' ? ['90%'] : []), '--for', '60s'],
        { reject: false, stdin: 'ignore' },
      );
      const made = once(running.stdout, 'data').then(() => cut++);
      // Every other time while it is at it, else when it is in force.
      if (time % 2) await Promise.race([made, running]);
      await sleep(Math.random() * (time % 2 ? 50 : 400));
      running.kill('SIGKILL');
      await running;
      const died = Date.now();
      // A guard that dbg had started in its last instant makes its cut, and undoes it: it is over when the guard is.
      const isOver = async () => (await guardsOf(id)).length === 0 && (await aliasOf(device)) === '';
      while (!(await isOver()) && Date.now() < died + 60_000) await sleep(20);
      if (!(await isOver())) left++;
      worst = Math.max(worst, Date.now() - died);
    }
    const { ifindex } = JSON.parse((await execa('ip', ['-j', 'link', 'show', 'dev', device])).stdout)[0];
    const isLeft = (await tables()).split('\n').includes(`table netdev dbg_${ifindex}`);
    expect({ left, isLeft }).toEqual({ left: 0, isLeft: false });
    console.log(`of 25, ${cut} killed while cut; back ${worst} ms after at the latest`);
    expect((await rows(lan.web))[0]!.state).toBe('up');
    expect(cut).toBeGreaterThanOrEqual(12);
    await all(lan, lan.web, lan.db);
  });
});

describe('whom it concerns', () => {
  test('published ports and Compose services are named before; a foreign alias is kept', async ({ lab }) => {
    const compose = (service: string, needs: string) => [
      `--label=com.docker.compose.project=${lab.name('p')}`,
      `--label=com.docker.compose.service=${service}`,
      `--label=com.docker.compose.depends_on=${needs}`,
    ];
    const web = await lab.run('web', { options: ['-p', '127.0.0.1:0:80', ...compose('web', '')] });
    await lab.run('api', { options: compose('api', 'web:service_started:false,db:service_healthy:true') });
    const { host_device: device } = (await rows(web))[0]!;
    await execa('ip', ['link', 'set', 'dev', device, 'alias', 'uplink of | web']);
    const { stderr } = await dbg(['veth', web, '--down']);
    expect(stderr).toMatch(/^dbg: published ports that it answers on: \d+->80\/tcp$/m);
    expect(stderr).toMatch(/^dbg: services that depend on it: api$/m);
    expect(await aliasOf(device)).toMatch(/^dbg cut [0-9a-f]{8} down \S+ \d+ 0 \S+ \| uplink of \| web$/);
    await does(web, '--blackhole');
    await does(web, '--up');
    expect(await aliasOf(device)).toBe('uplink of | web');
  });

  test('the interface that carries the own ssh connection is refused', async ({ lab }) => {
    const web = await lab.run('web', {});
    const address = await lab.address(web);
    const { exitCode, stderr } = await dbg(['veth', web, '--down'], {
      env: { SSH_CONNECTION: `${address} 50000 10.0.0.1 22` },
    });
    expect([exitCode, stderr]).toEqual([
      125,
      expect.stringContaining(`your own ssh connection, from ${address}, comes in through eth0`),
    ]);
    expect((await rows(web))[0]!.state).toBe('up');
  });

  test("a link that somebody else took down is not dbg's to bring back", async ({ lab }) => {
    const web = await lab.run('web', {});
    const { host_device: device } = (await rows(web))[0]!;
    await execa('ip', ['link', 'set', 'dev', device, 'down']);
    const { exitCode, stderr } = await dbg(['veth', web, '--down', '--for', '200ms']);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('is down already, not by dbg')]);
    expect((await rows(web))[0]!.state).toBe('down');
    await does(web, '--up');
    expect((await rows(web))[0]!.state).toBe('up');
  });

  test('macvlan: its frames are dropped on its own device, its routes stay', async ({ lab }) => {
    const [parent, peer] = ['dbg-cut-mv', 'dbg-cut-mvp'];
    // A run that was killed left it.
    await execa('ip', ['link', 'delete', parent], { reject: false });
    await execa('ip', ['link', 'add', parent, 'type', 'veth', 'peer', 'name', peer]);
    lab.cleanUp(() => execa('ip', ['link', 'delete', parent]));
    for (const device of [parent, peer]) await execa('ip', ['link', 'set', device, 'up']);
    const network = await lab.network('n', '-d', 'macvlan', '-o', `parent=${parent}`, '--subnet', '10.97.0.0/24');
    const web = await lab.run('web', { options: ['--network', network] });
    const other = await lab.run('other', { options: ['--network', network] });
    const third = await lab.run('third', { options: ['--network', network] });
    const pings = async (from: string, to: string) => inside(from, `ping -c 1 -W 1 ${await lab.address(to)}`);
    expect(await pings(web, other)).toBe(true);
    const routes = await lab.docker('exec', web, 'ip', 'route');
    const said = await does(web, '--down');
    expect(said).toContain("at the container's own end: there is no other on this host; its routes stay");
    expect([await pings(web, other), await pings(third, other)]).toEqual([false, true]);
    expect(await lab.docker('exec', web, 'ip', 'route')).toBe(routes);
    expect(JSON.parse(await does('--status', '--json'))).toContainEqual(
      expect.objectContaining({ container: web, device: 'eth0', namespace: expect.stringContaining('/ns/net') }),
    );
    await does(web, '--up');
    expect(await pings(web, other)).toBe(true);
  });
});

describe('usage', () => {
  test.for([
    [['--down', '--blackhole'], 2],
    [['--for', '10s'], 2],
    [['--loss', '150%', '--for', '1s'], 2],
    [['--drop', 'no-such-container'], 125],
    [['--status', '--restore-all'], 2],
  ] as const)('%s', async ([args, code], { lab }) => {
    const web = await lab.run('web', {});
    const { exitCode, stdout, stderr } = await dbg(['veth', ...(args[0] === '--status' ? [] : [web]), ...args]);
    expect([exitCode, stdout]).toEqual([code, '']);
    expect(stderr).toMatch(/^dbg: /);
  });
});
