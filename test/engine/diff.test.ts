import { expect } from 'vitest';
import { dbg } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

interface Differences {
  readonly same: boolean;
  readonly differences: readonly {
    readonly section: string;
    readonly name: string;
    readonly a: string | null;
    readonly b: string | null;
    readonly hidden: boolean;
  }[];
  readonly by_nature: readonly { readonly section: string; readonly name: string; readonly nature: string }[];
  readonly not_compared: readonly { readonly section: string; readonly of: string; readonly why: string }[];
}

async function differences(...args: readonly string[]): Promise<Differences> {
  const { stdout, stderr, exitCode } = await dbg(['diff', ...args, '--json']);
  expect([0, 1], String(stderr)).toContain(exitCode);
  const found = JSON.parse(String(stdout)) as Differences;
  expect(found.same).toBe(exitCode === 0);
  return found;
}

const SERVE = { command: ['sh', '-c', 'httpd -p 8000; exec sleep 3600'] };

const environment = (mode: string, password: string) =>
  [`MODE=${mode}`, `DB_PASSWORD=${password}`, 'API_KEY=samesame1'].flatMap((each) => ['-e', each]);

/** Waits until a container listens: its sockets are then what they stay. */
const listens = (lab: Lab, ...names: readonly string[]) =>
  Promise.all(
    names.map((name) =>
      expect.poll(async () => lab.docker('exec', name, 'netstat', '-ltn'), { timeout: 20_000 }).toContain(':8000'),
    ),
  );

test('two replicas do not differ, whatever their ids, addresses and ports', async ({ lab }) => {
  const network = await lab.network('n');
  const options = ['--network', network, '-e', 'TOKEN=s3cr3t-value', '-v', '/data', '-p', '8000'];
  const [one, other] = [await lab.run('a', { ...SERVE, options }), await lab.run('b', { ...SERVE, options })];
  await listens(lab, one, other);
  const found = await differences(one, other);
  expect(found.differences).toEqual([]);
  expect(found.not_compared).toEqual([]);
  const natures = new Set(found.by_nature.map(({ nature }) => nature));
  expect([...natures].toSorted()).toEqual(expect.arrayContaining(['address', 'id', 'time']));
  const { stdout, exitCode } = await dbg(['diff', one, other]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('nothing differs, as far as dbg can see');
  expect(stdout).not.toContain('s3cr3t-value');
});

test('what differs is named, section by section, and secrets are told apart', async ({ lab }) => {
  const [front, back] = [await lab.network('front'), await lab.network('back')];
  const good = await lab.run('good', {
    ...SERVE,
    options: [`--network=${front}`, ...environment('prod', 'hunter22')],
  });
  const bad = await lab.run('bad', {
    options: [
      ...environment('debug', 'hunter23'),
      `--network=${back}`,
      '--memory=64m',
      '--cap-drop=NET_RAW',
      '--read-only',
      '--tmpfs=/scratch',
      '--sysctl=net.ipv4.ip_unprivileged_port_start=1024',
      '--ulimit=nofile=128:256',
      '--dns=192.0.2.53',
    ],
  });
  await listens(lab, good);
  const found = await differences(good, bad);
  const of = (section: string) =>
    new Map(found.differences.filter((each) => each.section === section).map((each) => [each.name, each]));
  expect(of('environment').get('MODE')).toMatchObject({ a: 'prod', b: 'debug' });
  expect(of('environment').get('DB_PASSWORD')).toMatchObject({ a: '[redacted]', b: '[redacted]', hidden: true });
  expect([...of('environment').keys()]).toEqual(['DB_PASSWORD', 'MODE']);
  expect(of('limits').get('HostConfig.Memory')).toMatchObject({ a: null, b: String(64 << 20) });
  expect(of('limits_in_force').get('memory limit, in bytes')).toMatchObject({ a: 'none', b: String(64 << 20) });
  expect(of('limits_in_force').get('first process: Max open files')?.b).toBe('128, at most 256 files');
  expect(of('rights').has('HostConfig.CapDrop')).toBe(true);
  expect(of('rights_in_force').get('CAP_NET_RAW')).toMatchObject({ a: 'in force', b: null });
  expect(of('mounted').get('/')?.b).toMatch(/read only/);
  expect(of('mounted').get('/scratch')?.b).toMatch(/^tmpfs/);
  expect(of('networks').get(front)).toMatchObject({ a: 'joined', b: null });
  expect(of('interfaces').get('eth0 network')).toMatchObject({ a: front, b: back });
  expect(of('routes').has('IPv4 default')).toBe(true);
  expect(of('sysctls').get('net.ipv4.ip_unprivileged_port_start')?.b).toBe('1024');
  expect(of('listening').get('tcp *:8000')?.b).toBeNull();
  expect(of('processes').get('httpd -p 8000')?.b).toBeNull();
  const { stdout } = await dbg(['diff', good, bad, '-v']);
  expect(stdout).toContain('  MODE\n    - prod\n    + debug\n');
  expect(stdout).not.toMatch(/hunter2|samesame/);
});

test('one that does not run is compared by what the engine knows, and the rest is named', async ({ lab }) => {
  const good = await lab.run('good');
  const bad = await lab.run('bad', { command: ['sh', '-c', 'exit 3'] });
  await expect.poll(() => lab.docker('inspect', '-f', '{{.State.Status}}', bad)).toBe('exited');
  const found = await differences(good, bad);
  const names = found.differences.map(({ section, name }) => `${section} ${name}`);
  expect(names).toContain('state status');
  expect(names).toContain('state exit code');
  expect(names).toContain('configuration Config.Cmd');
  expect(found.not_compared.every(({ of }) => of === 'b')).toBe(true);
  expect(found.not_compared.map(({ section }) => section)).toContain('listening');
  expect(found.not_compared[0]?.why).toContain('is not running');
});

test('a container beside its image', async ({ lab }) => {
  const web = await lab.run('web', { options: ['-e', 'MODE=late', '-u', '33'], command: ['sleep', '1234'] });
  const found = await differences(web, '--image');
  expect(found.differences).toContainEqual(expect.objectContaining({ name: 'Config.Cmd', b: '["sleep","1234"]' }));
  expect(found.differences).toContainEqual(expect.objectContaining({ name: 'Config.User', a: null, b: '33' }));
  expect(found.differences).toContainEqual(expect.objectContaining({ name: 'MODE', a: null, b: 'late' }));
  expect(found.not_compared).toEqual([]);
});

test('a nameserver that has another answer is a difference; with --no-probe nothing is asked', async ({ lab }) => {
  const network = await lab.network('n');
  const db = await lab.run('db', { options: ['--network', network] });
  const good = await lab.run('good', { options: ['--network', network] });
  const bad = await lab.run('bad', { options: ['--network', network] });
  await lab.docker('exec', bad, 'sh', '-c', 'echo nameserver 127.0.0.1 > /etc/resolv.conf');
  const found = await differences(good, bad);
  const answer = found.differences.find(({ section, name }) => section === 'dns_answers' && name === `${db} A`);
  expect(answer).toMatchObject({ a: await lab.address(db), b: 'no answer' });
  const silent = await differences(good, bad, '--no-probe');
  expect(silent.not_compared.map(({ section }) => section)).toEqual(['dns_answers', 'dns_answers']);
});

test('a paused container, and one in a crash loop, are looked at as far as they can be', async ({ lab }) => {
  const [good, paused] = [await lab.run('good'), await lab.run('paused')];
  const loop = await lab.run('loop', { command: ['sh', '-c', 'exit 3'], options: ['--restart', 'always'] });
  await lab.docker('pause', paused);
  lab.cleanUp(() => lab.docker('unpause', paused));
  const found = await differences(good, paused);
  expect(found.differences).toEqual([{ section: 'state', name: 'status', a: 'running', b: 'paused', hidden: false }]);
  await expect.poll(() => lab.docker('inspect', '-f', '{{.RestartCount}}', loop)).not.toBe('0');
  const { differences: looped } = await differences(good, loop);
  expect(looped.map(({ section, name }) => `${section} ${name}`)).toContain('state restarts');
});

test('a container that fills the files and names that dbg reads', async ({ lab }) => {
  const good = await lab.run('good');
  const escape = '\u001b[2J\u202e';
  const bad = await lab.run('bad', {
    command: ['sh', '-c', 'exec sleep 3600', escape],
    options: ['-e', `EVIL=${escape}`, '--label', `a${escape}=b\nc`],
  });
  const fill = 'echo "nameserver -e" > /etc/resolv.conf; head -c 9000000 /dev/zero | tr "\\0" x >> /etc/hosts';
  await lab.docker('exec', bad, 'sh', '-c', fill);
  const { stdout, stderr, exitCode } = await dbg(['diff', good, bad, '-v']);
  expect(exitCode, String(stderr)).toBe(1);
  expect(stdout).toContain('  EVIL\n    + \\e[2J\\u202e\n');
  expect(stdout).not.toContain('\u001b');
  expect(stdout).not.toContain('\u202e');
  expect(String(stdout).length).toBeLessThan(200_000);
});
