import { createServer } from 'node:net';
import { describe, expect } from 'vitest';
import { test, type Lab } from './support/lab.ts';
import { ask, sharing } from './support/share.ts';

// A colleague who wants more than the rules give.

/** A container that was made, and not started. */
async function created(lab: Lab, suffix: string) {
  await lab.run(suffix);
  await lab.docker('stop', '-t', '0', lab.name(suffix));
  return lab.name(suffix);
}

/** What docker exec asks for. */
const EXEC = (name: string) =>
  [`POST /containers/${name}/exec`, `GET /containers/${name}/json`, 'POST /exec/*/*', 'GET /exec/*/json'].flatMap(
    (rule) => ['--allow', rule],
  );

const BINDS = { Binds: ['/:/host'], Privileged: true };

describe('an operation in another version of the API, or with another body', () => {
  const RULES = [
    (path: string) => ['--allow', `POST ${path}`],
    () => ['--allow', '* /**'],
    () => ['--deny', 'ContainerCreate'],
  ];
  test.for(RULES)('start takes no HostConfig: rules %#', async (rules, { lab }) => {
    const web = await created(lab, 'web');
    const path = `/containers/${web}/start`;
    const share = await sharing(lab, rules(path));
    for (const [version, body] of [
      ['/v1.23', BINDS],
      ['/v1.12', BINDS],
      ['/v1.023', BINDS],
      ['/v1.23.', BINDS],
      ['/v1.23.0', BINDS],
      ['/v1', BINDS],
      ['/v1.9', BINDS],
      ['/v0', BINDS],
      ['/v1.23', { HostConfig: BINDS }],
      ['/v1.23', undefined],
      ['/v1.99', undefined],
      ['/v2.0', undefined],
      ['/v1.41', BINDS],
      ['', BINDS],
      ['', '{"Binds":["/:/host"]} {}'],
    ] as const) {
      const { status, text } = await ask(share.url, { method: 'POST', path: `${version}${path}`, body });
      expect(status, `${version} ${JSON.stringify(body)}: ${text}`).toBe(403);
    }
    expect(await lab.docker('inspect', '-f', '{{.HostConfig.Binds}} {{.State.Running}}', web)).toBe('[] false');
    for (const body of [undefined, {}, 'null']) {
      expect((await ask(share.url, { method: 'POST', path: `/v1.41${path}`, body })).status).toBeLessThan(400);
    }
    expect(await lab.docker('inspect', '-f', '{{.HostConfig.Binds}} {{.State.Running}}', web)).toBe('[] true');
  });

  test('no operation is allowed in a version that dbg does not know', async ({ lab }) => {
    const share = await sharing(lab, ['--read-only']);
    for (const [version, status] of [
      ['', 200],
      ['/v1.24', 200],
      ['/v1.41', 200],
      ['/v1.23', 403],
      ['/v1.60', 403],
      ['/v1.041', 403],
    ] as const) {
      expect((await ask(share.url, { method: 'GET', path: `${version}/info` })).status, version).toBe(status);
    }
  });

  test('a form is no query', async ({ lab }) => {
    const web = await lab.run('web');
    const share = await sharing(lab, ['--allow', 'ImageBuild', '--allow', `POST /containers/${web}/kill`]);
    for (const [path, body] of [
      [`/containers/${web}/kill`, 'signal=KILL'],
      ['/build', 'remote=http%3A%2F%2F127.0.0.1%3A1%2Fx&networkmode=host'],
    ] as const) {
      for (const type of ['application/x-www-form-urlencoded', 'APPLICATION/X-www-form-urlencoded; charset=utf-8']) {
        const headers = [`Content-Type: ${type}`];
        expect((await ask(share.url, { method: 'POST', path, body, headers })).status, type).toBe(403);
      }
    }
    expect(await lab.docker('inspect', '-f', '{{.State.Running}}', web)).toBe('true');
  });
});

describe('what a body, or a query, gives away', () => {
  test('exec: no --privileged, however it is written', async ({ lab }) => {
    const web = await lab.run('web');
    const path = `/v1.41/containers/${web}/exec`;
    const share = await sharing(lab, EXEC(web));
    for (const body of [
      { Cmd: ['true'], Privileged: true },
      { Cmd: ['true'], privileged: true },
      { Cmd: ['true'], PRIVILEGED: true },
      '{"Cmd":["true"],"Privileged":true,"Privileged":false}',
      '{"Cmd":["true"],"Privileged":true,"privileged":false}',
      '{"Cmd":["true"],"Privil\\u0065ged":true}',
      '{"Cmd":["true"],"Privileged":true} ',
      '{"Cmd":["true"],"Privileged":true}{}',
      '{"Cmd":["true"],"Privileged":true',
      '[{"Cmd":["true"],"Privileged":true}]',
      `{"Cmd":["true"],${' '.repeat(3_000_000)}"Privileged":true}`,
    ]) {
      const { status, text } = await ask(share.url, { method: 'POST', path, body });
      expect(status, `${JSON.stringify(body).slice(0, 100)}: ${text}`).toBe(403);
    }
    const chunked = `${[...'{"Cmd":["true"],"Privileged":true}'].map((each) => `1\r\n${each}\r\n`).join('')}0\r\n\r\n`;
    const headers = ['Transfer-Encoding: chunked', 'Content-Type: application/json'];
    const inChunks = await ask(share.url, { method: 'POST', path, headers: [...headers, '', chunked.trimEnd()] });
    expect(inChunks.status).toBe(403);
    expect((await share.docker('exec', '--privileged', web, 'true')).stderr).toContain('Privileged');
    expect((await share.docker('exec', web, 'echo', 'said')).stdout).toBe('said');
  });

  test('run: what takes something of the host is denied, a plain one is not', async ({ lab }) => {
    const web = await lab.run('web');
    const share = await sharing(lab, ['--allow', 'POST /containers/**', '--allow', 'DELETE /containers/*']);
    const name = lab.name('made');
    for (const options of [
      ['-v', '/:/host'],
      ['-v', 'data:/data'],
      ['--mount', 'type=bind,src=/,dst=/host'],
      ['--privileged'],
      ['--pid', 'host'],
      ['--pid', `container:${web}`],
      ['--ipc', 'host'],
      ['--ipc', `container:${web}`],
      ['--uts', 'host'],
      ['--userns', 'host'],
      ['--cgroupns', 'host'],
      ['--network', 'host'],
      ['--network', `container:${web}`],
      ['--cap-add', 'SYS_ADMIN'],
      ['--device', '/dev/null'],
      ['--device-cgroup-rule', 'b *:* rwm'],
      ['--gpus', 'all'],
      ['--security-opt', 'seccomp=unconfined'],
      ['--security-opt', 'systempaths=unconfined'],
      ['--security-opt', 'apparmor=unconfined'],
      ['--cgroup-parent', '/'],
      ['--volumes-from', web],
      ['--volume-driver', 'local'],
      ['--runtime', 'other'],
      ['--log-driver', 'syslog', '--log-opt', 'syslog-address=tcp://127.0.0.1:1'],
      ['--link', `${web}:web`],
      ['--storage-opt', 'size=1G'],
    ]) {
      const { exitCode, stderr } = await share.docker('create', '--name', name, ...options, 'busybox', 'true');
      expect([exitCode, stderr], options.join(' ')).toEqual([1, expect.stringContaining('with power')]);
    }
    for (const body of [
      { Image: 'busybox', hoſtconfig: { BINDS: ['/:/host'] } },
      { Image: 'busybox', Binds: ['/:/host'] },
      { Image: 'busybox', Privileged: true },
      '{"Image":"busybox","HostConfig":{"Binds":["/:/host"]},"HostConfig":{}}',
      { Image: 'busybox', HostConfig: { Mounts: [{ Type: 'volume', Target: '/x', Source: 'data' }] } },
      {
        Image: 'busybox',
        HostConfig: {
          Mounts: [
            {
              Type: 'volume',
              Target: '/x',
              VolumeOptions: { DriverConfig: { Name: 'local', Options: { o: 'bind', device: '/', type: 'none' } } },
            },
          ],
        },
      },
      { Image: 'busybox', HostConfig: { MaskedPaths: [] } },
      { Image: 'busybox', HostConfig: { ReadonlyPaths: [] } },
      { Image: 'busybox', HostConfig: { NewAndUnheardOf: ['x'] } },
      { Image: 'busybox', HostConfig: { Sysctls: { 'kernel.core_pattern': '|/x' } } },
      { Image: 'busybox', HostConfig: { Annotations: { 'run.oci.handler': 'krun' } } },
      { Image: 'busybox', NetworkingConfig: { EndpointsConfig: { host: {} } } },
      'not JSON',
    ]) {
      const { status } = await ask(share.url, { method: 'POST', path: `/containers/create?name=${name}`, body });
      expect(status, JSON.stringify(body)).toBe(403);
    }
    expect(await lab.docker('ps', '-aq', '--filter', `name=${name}`)).toBe('');
    const harmless = ['-e', 'A=b', '-m', '64m', '--cpus', '0.5', '--tmpfs', '/t', '-w', '/t', '--init', '--read-only'];
    const more = ['-l', 'a=b', '--user', '1:1', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '-v', '/v'];
    const run = await share.docker('run', '--rm', '--name', name, ...harmless, ...more, 'busybox', 'echo', 'ran');
    expect([run.stderr, run.stdout]).toEqual(['', 'ran']);
  });

  test('"with power" in a rule is what gives it, and is warned of', async ({ lab }) => {
    const share = await sharing(lab, ['--allow', 'POST /containers/** with power', '--allow', 'DELETE /containers/*']);
    expect(share.said()).toMatch(/with power gives away .*root on this host/);
    const run = await share.docker('run', '--rm', '-v', '/:/host:ro', 'busybox', 'cat', '/host/etc/hostname');
    expect([run.stderr, run.exitCode]).toEqual(['', 0]);
  });

  test('update, volumes, networks, swarm, plugins, builds', async ({ lab }) => {
    const web = await lab.run('web');
    const share = await sharing(lab, ['--allow', '* /**']);
    const bind = { type: 'none', o: 'bind', device: '/' };
    for (const [path, body] of [
      [`/containers/${web}/update`, { Devices: [{ PathOnHost: '/dev/sda' }] }],
      [`/containers/${web}/update`, { CgroupParent: '/' }],
      ['/volumes/create', { Name: lab.name('v'), Driver: 'local', DriverOpts: bind }],
      ['/volumes/create', { Name: lab.name('v'), driveropts: bind }],
      ['/volumes/create', { Name: lab.name('v'), Driver: 'other' }],
      ['/networks/create', { Name: lab.name('n'), Driver: 'macvlan', Options: { parent: 'eth0' } }],
      ['/networks/create', { Name: lab.name('n'), Options: { 'com.docker.network.bridge.name': 'br0' } }],
      ['/networks/create', { Name: lab.name('n'), IPAM: { Config: [{ Subnet: '192.0.2.0/24' }] } }],
      ['/swarm/init', { ListenAddr: '127.0.0.1' }],
      ['/swarm/join', { RemoteAddrs: ['127.0.0.1:1'] }],
      ['/services/create', { Name: 'x', TaskTemplate: {} }],
      ['/plugins/pull?remote=127.0.0.1:1/x', []],
      ['/plugins/x/set', ['a=b']],
      ['/build?networkmode=host', ''],
      ['/build?networkmode=container:x', ''],
      ['/build?remote=http://127.0.0.1:1/x', ''],
      ['/build?securityopt=%5B%22seccomp%3Dunconfined%22%5D', ''],
      ['/build?cgroupparent=%2F', ''],
      ['/build?version=2&remote=x', ''],
      ['/images/create?fromSrc=http://127.0.0.1:1/x', undefined],
      ['/images/create?fromSrc=-&repo=busybox', 'x'],
      [`/containers/${web}/start?checkpoint=a&checkpoint-dir=/tmp`, undefined],
    ] as const) {
      const { status, text } = await ask(share.url, { method: 'POST', path: `/v1.41${path}`, body });
      expect([status, text], `${path} ${JSON.stringify(body)}`).toEqual([403, expect.stringContaining('with power')]);
    }
    expect((await share.docker('update', '-m', '64m', '--memory-swap', '64m', web)).exitCode).toBe(0);
    expect((await share.docker('volume', 'create', lab.name('v'))).exitCode).toBe(0);
    expect((await share.docker('volume', 'rm', lab.name('v'))).exitCode).toBe(0);
    expect((await share.docker('network', 'create', lab.name('n'))).exitCode).toBe(0);
    expect((await share.docker('network', 'rm', lab.name('n'))).exitCode).toBe(0);
  });
});

describe('another name for the same', () => {
  test('an exec that was made elsewhere is not started here', async ({ lab }) => {
    const [web, db] = [await lab.run('web'), await lab.run('db')];
    const share = await sharing(lab, EXEC(web));
    const direct = await sharing(lab, ['--audit', `${lab.folder}/other.ndjson`]);
    const made = await ask(direct.url, {
      method: 'POST',
      path: `/v1.41/containers/${db}/exec`,
      body: { Cmd: ['touch', '/taken'], Privileged: true },
    });
    const id = /"Id":"(\w+)"/.exec(made.text)![1]!;
    for (const path of [`/exec/${id}/start`, `/exec/${id}/resize?h=1&w=1`]) {
      expect((await ask(share.url, { method: 'POST', path, body: { Detach: true } })).status).toBe(403);
    }
    expect(await lab.docker('exec', db, 'ls', '/')).not.toContain('taken');
    expect((await share.docker('exec', web, 'echo', 'said')).stdout).toBe('said');
  });

  test('a container does not get the name of another one that rules are about', async ({ lab }) => {
    const [web, db] = [await lab.run('web'), await lab.run('db')];
    const share = await sharing(lab, [
      '--allow',
      `POST /containers/${web}x/exec`,
      '--allow',
      'POST /containers/*/rename',
    ]);
    const id = await lab.docker('inspect', '-f', '{{.Id}}', db);
    for (const ref of [db, id, web]) {
      const { stderr } = await share.docker('rename', ref, `${web}x`);
      expect(stderr, ref).toContain('not allowed here');
    }
    expect((await share.docker('rename', db, `${db}2`)).exitCode).toBe(0);
    await lab.docker('rename', `${db}2`, db);
  });

  test('a deny is one of each door to the same', async ({ lab }) => {
    const web = await lab.run('web');
    const denies = ['ContainerAttach', 'ImageBuild', 'GET /images/busybox/get'];
    const share = await sharing(
      lab,
      denies.flatMap((rule) => ['--deny', rule]),
    );
    const upgrade = ['Connection: Upgrade', 'Upgrade: h2c'];
    const websocket = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${'A'.repeat(22)}==`,
    ];
    for (const [line, headers] of [
      ['POST /grpc', upgrade],
      ['POST /v1.41/grpc', upgrade],
      ['POST /session', upgrade],
      ['POST /v1.41/session', upgrade],
      ['POST /session', ['Connection: Upgrade', 'Upgrade: H2C']],
      ['POST /session', []],
      ['POST /build', []],
      [`GET /containers/${web}/attach/ws?stream=1&stdin=1`, websocket],
      ['GET /images/get?names=busybox', []],
      ['GET /images/get?names=distroless&names=busybox', []],
    ] as const) {
      const [method = '', path = ''] = line.split(' ');
      expect((await ask(share.url, { method, path, headers })).status, line).toBe(403);
    }
  });

  test.for([[[]], [['--allow', '* /**']], [['--allow', 'POST /**']]] as [string[]][])(
    'HTTP/2 is denied always: %j',
    async ([rules], { lab }) => {
      const share = await sharing(lab, rules);
      for (const path of ['/grpc', '/session', '/info', '/v1.41/grpc']) {
        const headers = ['Connection: Upgrade', 'Upgrade: h2c'];
        expect((await ask(share.url, { method: 'POST', path, headers })).status, path).toBeGreaterThanOrEqual(400);
      }
    },
  );
});

describe('the engine is sent somewhere', () => {
  /** Somebody on the host's loopback, and how many came. */
  async function listening(lab: Lab) {
    let count = 0;
    const server = createServer((socket) => {
      count++;
      socket.on('error', () => undefined).end('HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    });
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    lab.cleanUp(async () => server.close());
    const { port } = server.address() as { port: number };
    return { at: `127.0.0.1:${port}`, came: () => count };
  }
  const calls = (at: string) => [
    `/distribution/${at}/a/b/json`,
    `/v1.41/distribution/${at}/a/b/json`,
    `/images/search?term=${at}/a`,
    `/plugins/privileges?remote=${at}/a/b`,
  ];

  test('read-only sends it nowhere', async ({ lab }) => {
    const there = await listening(lab);
    const share = await sharing(lab, ['--read-only']);
    for (const path of calls(there.at)) {
      expect((await ask(share.url, { method: 'GET', path })).status, path).toBe(403);
    }
    expect(there.came()).toBe(0);
  });

  test('the log keeps where, and no password of that', async ({ lab }) => {
    const there = await listening(lab);
    const share = await sharing(lab, []);
    for (const path of calls(there.at)) await ask(share.url, { method: 'GET', path });
    expect(there.came()).toBeGreaterThan(0);
    const remote = encodeURIComponent(`http://ann:s3cret-1@${there.at}/context.tar?token=s3cret-2`);
    for (const path of [
      `/images/create?fromImage=${there.at}/a`,
      `/build?remote=${remote}`,
      `/images/create?fromSrc=${remote}`,
    ]) {
      await ask(share.url, { method: 'POST', path });
    }
    const login = { username: 'ann', password: 's3cret-3', serveraddress: there.at };
    await ask(share.url, { method: 'POST', path: '/auth', body: login });
    const where = share
      .entries()
      .filter(({ event }) => event === 'call')
      .map((call) => call['where']);
    expect(where).toHaveLength(8);
    for (const each of where) expect(each).toContain(there.at);
    expect(share.logText()).not.toContain('s3cret');
  });
});

describe('wrong passwords', () => {
  const header = (text: string) => `Authorization: Basic ${Buffer.from(text).toString('base64')}`;
  test('one a second is looked at; the right one is let in meanwhile', async ({ lab }) => {
    const share = await sharing(lab, ['--read-only', '--user', 'ann']);
    const right = `Authorization: Basic ${/Basic ([\w+/=]+)/.exec(share.said())![1]!}`;
    const guess = (at: number) => ask(share.url, { method: 'GET', path: '/info', headers: [header(`ann:${at}`)] });
    const began = Date.now();
    const answered: number[] = [];
    const guesses = Array.from({ length: 200 }, async (_, at) => {
      const { status } = await guess(at).catch(() => ({ status: 0 }));
      if (status === 401) answered.push(Date.now());
    });
    await expect.poll(() => answered.length).toBeGreaterThan(0);
    expect((await ask(share.url, { method: 'GET', path: '/info', headers: [right] })).status).toBe(200);
    await expect.poll(() => answered.length).toBeGreaterThan(2);
    expect(answered.length).toBeLessThanOrEqual(2 + (Date.now() - began) / 1000);
    share.running.kill('SIGINT');
    await Promise.all(guesses);
  });
});
