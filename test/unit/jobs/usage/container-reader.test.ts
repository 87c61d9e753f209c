import { expect, test } from 'vitest';
import { cgroupMounts } from '../../../../src/enter/cgroup-files.ts';
import { containerReader } from '../../../../src/jobs/usage/container-reader.ts';
import { container, fakeHost } from '../../fakes.ts';
import { ID, V2_FILES } from '../../process/recorded.ts';

const STAT = '/proc/1234/stat';
const statWith = (state: string, startTime = 4242) => `1234 (sleep) ${state} ${'0 '.repeat(18)}${startTime} 0\n`;
const pathOf = (name: string) => Object.keys(V2_FILES).find((path) => path.endsWith(`/${name}`))!;

/** A reader of a container whose files a test changes, at a time that a test sets. */
function reading() {
  const files: Record<string, string> = { ...V2_FILES, [STAT]: statWith('S') };
  const at = { now: 0 };
  const host = {
    ...fakeHost({ files }),
    keep: (path: string) => (path in files ? { read: () => files[path], close: () => undefined } : undefined),
  };
  const target = { container: container({ id: ID }), pid: 1234, startTime: '4242' };
  const means = { keep: host.keep, mounts: cgroupMounts(host), isOnHostNetwork: true };
  return { files, at, reader: containerReader({ host, clock: () => at.now }, target, means)! };
}

test('what the kernel counts is read each time; a limit at most every 5 s', () => {
  const { files, at, reader } = reading();
  expect(reader.read()).toMatchObject({ pids: { used: 4, limit: null }, memory: { limit: 67_108_864 } });
  files[pathOf('pids.current')] = '9\n';
  files[pathOf('memory.max')] = '33554432\n';
  files[pathOf('pids.max')] = '50\n';
  at.now = 4_999;
  expect(reader.read()).toMatchObject({ pids: { used: 9, limit: null }, memory: { limit: 67_108_864 } });
  at.now = 5_000;
  expect(reader.read()).toMatchObject({ pids: { used: 9, limit: 50 }, memory: { limit: 33_554_432 } });
});

test.each([
  ['is dead, and not waited for yet', statWith('Z')],
  ['is gone', undefined],
])('a run has ended when its process %s, whatever its cgroup still says', (_, stat) => {
  const { files, reader } = reading();
  expect(reader.read()).toBeDefined();
  if (stat === undefined) delete files[STAT];
  else files[STAT] = stat;
  expect([reader.hasEnded(), reader.read()]).toEqual([true, undefined]);
});
