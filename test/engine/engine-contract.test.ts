import { connect, createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { PLAIN_FORM, type TcpAddress, type UnixAddress } from '../../src/engine/address.ts';
import { dialer } from '../../src/engine/ways/engine-dialer.ts';
import { overDockerode } from '../../src/engine/ways/over-dockerode.ts';
import { overSocket } from '../../src/engine/ways/over-socket.ts';
import { test } from './support/lab.ts';

const path = '/var/run/docker.sock';
// The same engine behind a TCP port, byte for byte.
const relay = createServer({ allowHalfOpen: true }, (client) => {
  const upstream = connect({ path, allowHalfOpen: true });
  client.pipe(upstream).pipe(client);
  for (const end of [client, upstream]) end.on('error', () => (client.destroy(), upstream.destroy()));
});
beforeAll(() => new Promise<void>((resolve) => void relay.listen(0, '127.0.0.1', resolve)));
afterAll(() => void relay.close());

const requests = (address: UnixAddress | TcpAddress) =>
  overDockerode(address, PLAIN_FORM, (dialed) => {
    void dialer(address, false).then((connectTo) => dialed(null, connectTo()));
  });

const WAYS: [string, () => Engine][] = [
  ['overSocket', () => overSocket({ kind: 'unix', path })],
  ['overDockerode, unix', () => requests({ kind: 'unix', path })],
  [
    'overDockerode, tcp',
    () => requests({ kind: 'tcp', host: '127.0.0.1', port: (relay.address() as AddressInfo).port, tls: undefined }),
  ],
];

describe.each(WAYS)('%s', (_, open) => {
  test('inspects by name, id and prefix', async ({ lab }) => {
    const name = await lab.run('c', {
      options: ['--label', 'tier=front', '-e', 'GIVEN=1', '--network', await lab.network('n')],
    });
    const id = await lab.docker('inspect', '-f', '{{.Id}}', name);
    const expected = {
      id,
      name,
      image: 'busybox',
      imageId: await lab.docker('inspect', '-f', '{{.Image}}', name),
      env: ['GIVEN=1', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      hasTty: false,
      labels: { tier: 'front' },
      workingDir: '/',
      files: {
        'resolv.conf': expect.stringContaining(`${id}/resolv.conf`),
        hosts: expect.stringContaining(`${id}/hosts`),
        hostname: expect.stringContaining(`${id}/hostname`),
      },
      networkMode: lab.name('n'),
      networks: [
        {
          network: lab.name('n'),
          networkId: await lab.docker('network', 'inspect', '-f', '{{.Id}}', lab.name('n')),
          mac: await lab.docker('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.MacAddress}}{{end}}', name),
          addresses: [`${await lab.address(name)}/24`],
          aliases: [id.slice(0, 12)],
        },
      ],
      configured: { cpus: null, memoryBytes: null, pids: null },
      restarts: 0,
      state: {
        status: 'running',
        pid: await lab.pid(name),
        error: '',
        exitCode: 0,
        oomKilled: false,
        startedAt: expect.any(Number),
        finishedAt: undefined,
      },
    };
    for (const ref of [name, id, id.slice(0, 12)]) expect(await open().inspect(ref)).toEqual(expected);
  });

  test.for(['--tty=false', '--tty=true'])('hears what a container says, started with %s', async (tty, { lab }) => {
    const talk = 'while :; do echo "to stdout"; echo "to stderr" >&2; sleep 0.1; done';
    const name = await lab.run('c', { options: [tty], command: ['sh', '-c', talk] });
    const engine = open();
    const container = (await engine.inspect(name))!;
    const heard: string[] = [];
    const stop = engine.followLogs(container, { line: ({ stream, text }) => heard.push(`${stream}: ${text}`) });
    await expect.poll(() => heard.length).toBeGreaterThan(5);
    stop();
    // A terminal has one stream.
    const second = tty === '--tty=true' ? 'stdout' : 'stderr';
    expect(new Set(heard)).toEqual(new Set(['stdout: to stdout', `${second}: to stderr`]));
  });

  test('hears from run to run what a container says, and says why it cannot', async ({ lab }) => {
    const name = await lab.run('c', { command: ['sh', '-c', 'echo a run; exec sleep 1000'] });
    const mute = await lab.run('mute', { options: ['--log-driver', 'none'] });
    const engine = open();
    const heard: string[] = [];
    const line = ({ text }: { text: string }) => heard.push(text);
    const stops = [
      engine.followLogs((await engine.inspect(name))!, { line }),
      engine.followLogs((await engine.inspect(mute))!, { line, failed: (sentence) => heard.push(sentence) }),
    ];
    await expect.poll(() => heard).toEqual([expect.stringContaining('does not support reading')]);
    for (const runs of [1, 2]) {
      await lab.docker('restart', '-t', '0', name);
      await expect.poll(() => heard.slice(1)).toEqual(Array.from({ length: runs }, () => 'a run'));
    }
    stops.forEach((stop) => stop());
  });

  test('knows the device of a network, and who is on it', async ({ lab }) => {
    const name = await lab.run('c', { options: ['--network', await lab.network('n')] });
    const engine = open();
    const { id, networks } = (await engine.inspect(name))!;
    const network = await engine.network(lab.name('n'));
    expect(network).toMatchObject({ name: lab.name('n'), driver: 'bridge' });
    expect(network.device).toBe(`br-${networks[0]!.networkId.slice(0, 12)}`);
    expect([...network.macs]).toEqual([[id, networks[0]!.mac]]);
    expect((await engine.network('bridge')).device).toBe('docker0');
  });

  test.for(['--tty=false', '--tty=true'])('knows the last lines, started with %s', async (tty, { lab }) => {
    const talk = 'seq 1 5; echo "to stderr" >&2; printf "no end"';
    const name = await lab.run('c', { options: [tty], command: ['sh', '-c', talk] });
    await lab.docker('wait', name);
    const engine = open();
    const container = (await engine.inspect(name))!;
    // Two streams have no order between them.
    const all = ['1', '2', '3', '4', '5', 'no end', 'to stderr'];
    expect((await engine.lastLines(container, 20)).toSorted()).toEqual(all);
    expect(await engine.lastLines(container, 3)).toHaveLength(3);
  });

  test('why the last lines cannot be read', async ({ lab }) => {
    const name = await lab.run('c', { options: ['--log-driver', 'none'] });
    const engine = open();
    await expect(engine.lastLines((await engine.inspect(name))!, 3)).rejects.toThrow('does not support reading');
  });

  test('remembers what happened to a container, and to no other', async ({ lab }) => {
    const name = await lab.run('c');
    await lab.run('other');
    await lab.docker('stop', '-t', '1', name);
    const engine = open();
    const container = (await engine.inspect(name))!;
    await expect
      .poll(async () => (await engine.history(container, Date.now())).map(({ action, signal }) => [action, signal]))
      .toEqual([
        ['create', undefined],
        ['start', undefined],
        ['kill', '15'],
        ['kill', '9'],
        ['die', undefined],
        ['stop', undefined],
      ]);
    const died = (await engine.history(container, Date.now())).find(({ action }) => action === 'die')!;
    expect(died.exitCode).toBe('137');
    expect(Math.abs(died.time! - container.state.finishedAt!)).toBeLessThan(2_000);
    expect(await engine.history(container, died.time! - 60_000)).toEqual([]);
  });

  test('reads how a file of a stopped container begins, and ends the request there', async ({ lab }) => {
    const make = 'ln -s ../busy /tmp/link; ln -s /bin/busybox /busy; printf abc >/tmp/file; mkfifo /tmp/pipe';
    const name = await lab.run('c', { command: ['sh', '-c', `${make}; chmod 4751 /tmp/file`] });
    await lab.docker('wait', name);
    const engine = open();
    const container = (await engine.inspect(name))!;
    const none = Buffer.alloc(0);
    const file = (at: string) => engine.file(container, at);
    expect(await file('/tmp/file')).toEqual({ kind: 'file', mode: 0o751, target: '', beginning: Buffer.from('abc') });
    expect(await file('/tmp/link')).toEqual({ kind: 'link', mode: 0o777, target: '/bin/busybox', beginning: none });
    expect(await file('/bin')).toEqual({ kind: 'folder', mode: 0o755, target: '', beginning: none });
    expect(await file('/tmp/pipe')).toMatchObject({ kind: 'other' });
    expect(await file('/tmp/none')).toBeUndefined();
    const busybox = (await file('/bin/busybox'))!;
    expect(busybox.beginning.length).toBe(4096);
    expect(busybox.beginning.toString('latin1', 0, 4)).toBe('\x7fELF');
  });

  test('knows what a container was made with, and what its image gave it', async ({ lab }) => {
    const engine = open();
    const name = await lab.run('c', { options: ['--cap-add', 'NET_ADMIN'] });
    const { id, imageId } = (await engine.inspect(name))!;
    const { config, hostConfig } = await engine.configuration(id);
    expect(config).toMatchObject({ Cmd: ['sleep', '3600'], Image: 'busybox' });
    expect(hostConfig['CapAdd']).toEqual([expect.stringContaining('NET_ADMIN')]);
    expect((await engine.imageConfiguration(imageId))?.config).toMatchObject({ Cmd: ['sh'] });
    expect(await engine.imageConfiguration(`sha256:${'0'.repeat(64)}`)).toBeUndefined();
    await expect(engine.configuration('0'.repeat(64))).rejects.toThrow('No such container');
  });

  test('knows the processors of the machine and of an image', async ({ lab }) => {
    const engine = open();
    const [name, architecture] = [await lab.run('c'), await lab.docker('version', '-f', '{{.Server.Arch}}')];
    const { imageId } = (await engine.inspect(name))!;
    expect(await engine.architectures(imageId)).toEqual({ engine: architecture, image: architecture });
    expect(await engine.architectures(`sha256:${'0'.repeat(64)}`)).toEqual({ engine: architecture, image: '' });
  });

  test('knows its own version, and the kernel that it runs on', async ({ lab }) => {
    const told = await lab.docker(
      'version',
      '-f',
      '{{.Server.Version}} {{.Server.APIVersion}} {{.Server.KernelVersion}}',
    );
    const { name, version, api, kernel } = await open().version();
    expect([name, `${version} ${api} ${kernel}`]).toEqual(['Docker', told]);
  });

  test('there is no such container', async () => expect(await open().inspect('no-such')).toBeUndefined());

  test('lists stopped ones too, with published ports', async ({ lab }) => {
    const running = await lab.run('running', { options: ['-p', '127.0.0.1:0:80'] });
    const stopped = await lab.run('stopped', { command: ['true'] });
    await lab.docker('wait', stopped);
    const all = await open().list();
    expect(all.find(({ name }) => name === running)).toMatchObject({
      networks: ['bridge'],
      state: 'running',
      image: 'busybox',
      ports: [{ host: expect.any(Number), container: 80, protocol: 'tcp' }],
    });
    expect(all.find(({ name }) => name === stopped)).toMatchObject({
      state: 'exited',
      status: expect.stringMatching(/^Exited \(0\)/),
      ports: [],
    });
  });
});

test.for([
  ['overSocket', overSocket({ kind: 'unix', path: '/nowhere.sock' })],
  ['overDockerode', requests({ kind: 'unix', path: '/nowhere.sock' })],
] as const)('no engine there, by %s', async ([, engine]) => {
  await expect(engine.inspect('web')).rejects.toThrow('no engine answers at unix:///nowhere.sock (no such socket)');
  await expect(engine.list()).rejects.toThrow('no engine answers');
});
