import { join } from 'node:path';
import { createServer, type AddressInfo } from 'node:net';
import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg } from './support/dbg.ts';
import { farHost, nothingFar } from './support/far.ts';
import { test, type Lab } from './support/lab.ts';

/** Contexts: near-1 and far-1 answer, dead refuses, mute takes the connection and says nothing. */
async function contexts(lab: Lab) {
  const far = await farHost(lab);
  const mute = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => mute.once('listening', resolve));
  lab.cleanUp(async () => void mute.close());
  const create = async (name: string, host: string) =>
    execa('docker', ['context', 'create', name, '--docker', `host=${host}`], { env: far.env });
  await create('near-1', 'unix:///var/run/docker.sock');
  await create('far-1', far.server.address);
  await create('dead', 'tcp://127.0.0.1:9');
  await create('mute', `tcp://127.0.0.1:${(mute.address() as AddressInfo).port}`);
  return {
    ...far,
    ask: (...args: string[]) => dbg(args, { env: { ...far.env, XDG_CACHE_HOME: join(lab.folder, 'x') } }),
  };
}

test('rows of each host, side by side', async ({ lab }) => {
  const { ask } = await contexts(lab);
  const web = await lab.run('web');
  const { stdout, exitCode } = await ask('-c', 'near-1,far-1', 'ps', web);
  const [heading, ...rows] = String(stdout).split('\n');
  expect(heading).toMatch(/^HOST {4}PID +CTR PID/);
  const hosts = new Set(rows.map((row) => row.split(/ +/)[0]));
  expect([rows.length, hosts]).toEqual([2, new Set(['near-1', 'far-1'])]);
  expect(rows.every((row) => row.endsWith('sleep 3600'))).toBe(true);
  expect(exitCode).toBe(0);
  await nothingFar(lab);
});

test.for([
  ['before the verb', (web: string) => ['-c', '*-1', 'ns', web, '--json']],
  ['behind it', (web: string) => ['ns', '--context=near-1,far-1', web, '--json']],
] as const)('records with the host, %s', async ([, words], { lab }) => {
  const { ask } = await contexts(lab);
  const web = await lab.run('web');
  const { stdout } = await ask(...words(web));
  const records = JSON.parse(String(stdout)) as { host: string; container: string }[];
  expect(records.map(({ host, container }) => `${host} ${container}`).toSorted()).toEqual([
    `far-1 ${web}`,
    `near-1 ${web}`,
  ]);
  expect(Object.keys(records[0]!)[0]).toBe('host');
});

test('who does not answer is told, and the others are not kept waiting', async ({ lab }) => {
  const { ask } = await contexts(lab);
  const web = await lab.run('web');
  const running = ask('--all-contexts', 'ps', web);
  let order = '';
  running.stdout!.on('data', (piece) => (order += String(piece)));
  running.stderr!.on('data', (piece) => (order += String(piece)));
  const { stdout, stderr, exitCode } = await running;
  expect(String(stdout).match(/sleep 3600/g)).toHaveLength(3); // near-1, far-1 and default
  expect(stderr).toContain('dead: dbg: no engine answers');
  expect(stderr).toContain('mute: dbg: ');
  expect(order.indexOf('mute: dbg: ')).toBeGreaterThan(order.lastIndexOf('sleep 3600'));
  expect(exitCode).toBe(1);
});

test.for([
  [['exec', 'CTR', 'true'], 'dbg exec asks one engine'],
  [['veth', 'CTR', '--down'], 'dbg veth without --all asks one engine'],
  [['tcpdump', 'CTR', '-nw', 'x.pcap'], 'dbg tcpdump -w asks one engine'],
] as const)('%j would do harm on several', async ([args, said], { lab }) => {
  const { ask } = await contexts(lab);
  const web = await lab.run('web');
  const { stderr, exitCode } = await ask('-c', '*-1', ...args.map((word) => (word === 'CTR' ? web : word)));
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(said)]);
});

test('a pattern that fits no context', async ({ lab }) => {
  const { ask } = await contexts(lab);
  const { stderr, exitCode } = await ask('-c', 'near-1,nosuch*', 'ps', 'web');
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('there is no docker context "nosuch*"')]);
});
