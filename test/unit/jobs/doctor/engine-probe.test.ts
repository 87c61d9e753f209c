import { expect, test } from 'vitest';
import type { Engine } from '../../../../src/engine/engine.ts';
import { DbgError } from '../../../../src/errors.ts';
import { engineProbe } from '../../../../src/jobs/doctor/engine-probe.ts';
import { container, fakeContext, fakeEngine, fakeHost } from '../../fakes.ts';

const refusing = (code: string) => async () => {
  throw new DbgError(`refused by ${code}`, {
    cause: Object.assign(new Error(code), { code }),
    next: [{ what: 'as root', command: 'sudo dbg …' }],
  });
};

/** An engine of which some calls are others. */
const engine = (over: Partial<Engine>): Engine => {
  const its: Engine = { ...fakeEngine([container()]), ...over, within: () => its };
  return its;
};

test('an engine that answers, and a container of it', async () => {
  const probe = engineProbe(fakeContext({ env: { DOCKER_HOST: 'unix:///var/run/docker.sock' } }));
  expect(await probe.engine()).toMatchObject({
    address: 'unix:///var/run/docker.sock',
    source: 'by DOCKER_HOST',
    answer: { kind: 'version', version: { version: '28.5.2' } },
  });
  expect(await probe.processes()).toEqual({ kind: 'here', container: 'web', pid: 1234 });
});

test.each<[string, string, boolean, boolean, string]>([
  ['root may not ask it', 'EACCES', true, true, 'trouble'],
  ['a person may not ask it, but root may', 'EACCES', false, true, 'throws'],
  ['a person may not ask it, and has no sudo', 'EACCES', false, false, 'trouble'],
  ['nobody answers a person', 'ENOENT', false, true, 'trouble'],
])('%s', async (_, code, isRoot, hasSudo, outcome) => {
  const host = fakeHost({ isRoot, missing: hasSudo ? [] : ['sudo'] });
  const probe = engineProbe(fakeContext({ host, engine: async () => engine({ version: refusing(code) }) }));
  const seen = probe.engine();
  if (outcome === 'throws') return expect(seen).rejects.toThrow('refused by EACCES');
  expect((await seen).answer).toEqual({
    kind: 'trouble',
    message: `refused by ${code}`,
    next: [{ what: 'as root', command: 'sudo dbg …' }],
  });
  return expect(probe.processes()).rejects.toThrow('the engine does not answer');
});

test('an address that dbg cannot use', async () => {
  const seen = (DOCKER_HOST: string) =>
    engineProbe(fakeContext({ env: { DOCKER_HOST }, engine: refusing('no address') })).engine();
  expect(await seen('nonsense://far')).toMatchObject({ address: undefined, answer: { kind: 'trouble' } });
  expect(await seen('tcp://far')).toMatchObject({ address: 'tcp://far:2375', source: 'by DOCKER_HOST' });
});

test('an engine with another kernel is on another machine', async () => {
  const files = { '/proc/sys/kernel/osrelease': '6.12.1-arch1\n' };
  const seen = await engineProbe(fakeContext({ host: fakeHost({ files }) })).processes();
  expect(seen).toMatchObject({
    kind: 'elsewhere',
    evidence: "the engine's kernel is 6.1.0-42-amd64, this host's 6.12.1-arch1",
  });
});

test('an engine whose processes are those of others here', async () => {
  const files = {
    '/proc/1234/cgroup': '0::/user.slice\n',
    '/proc/1234/stat': '1234 (sh) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 4242 0',
  };
  const seen = await engineProbe(fakeContext({ host: fakeHost({ files }) })).processes();
  expect(seen).toMatchObject({ kind: 'elsewhere', evidence: '"web" is process 1234 for the engine' });
});

test('without a container that runs, there is nothing to compare', async () => {
  await expect(engineProbe(fakeContext({ containers: [] })).processes()).rejects.toThrow('no container runs');
});

test('an engine that tells its version and then hangs', async () => {
  const probe = engineProbe(fakeContext({ engine: async () => engine({ list: refusing('ETIMEDOUT') }) }));
  expect((await probe.engine()).answer.kind).toBe('version');
  expect(await probe.processes()).toMatchObject({ kind: 'trouble', message: 'refused by ETIMEDOUT' });
});

test('on a host that is busy, the engine has more time', async () => {
  const patience: number[] = [];
  const asked = engine({});
  const patient = { ...asked, within: (milliseconds: number) => (patience.push(Math.round(milliseconds)), asked) };
  for (const slow of [undefined, 3]) {
    await engineProbe(fakeContext({ engine: async () => patient, clock: () => 0 }), slow).engine();
  }
  expect(patience).toEqual([1_200, 3_600]);
});
