import { expect, test } from 'vitest';
import { DbgError } from '../../../../src/errors.ts';
import { isWellOff, lastWordsOf, missingSourcesOf, publishersOf } from '../../../../src/jobs/why/life-probes.ts';
import { container, fakeEngine, fakeHost, summary } from '../../fakes.ts';

const engine = fakeEngine([]);
const NOW = 1_000_000;

test.each([
  ['it runs', { state: { pid: 1 } }, true],
  ['it was restarted a moment ago', { state: { pid: 1, startedAt: NOW - 100 }, restarts: 1 }, false],
  ['it was restarted an hour ago', { state: { pid: 1, startedAt: NOW - 3_600_000 }, restarts: 1 }, true],
  ['it ended well', { state: { pid: 0 } }, true],
  ['it ended ill', { state: { pid: 0, exitCode: 1 } }, false],
  ['it was not started', { state: { pid: 0, error: 'no' } }, false],
])('%s', (_, given, isWell) => {
  expect(isWellOff(container(given), NOW)).toBe(isWell);
});

test('the last three lines that say something', async () => {
  const said = { ...engine, lastLines: async () => ['a', 'b', '', 'c', ' ', 'd', ''] };
  expect(await lastWordsOf(said, container())).toEqual({ lines: ['b', 'c', 'd'], refusal: undefined });
  const refuses = { ...engine, lastLines: () => Promise.reject(new DbgError('it cannot')) };
  expect(await lastWordsOf(refuses, container())).toEqual({ lines: [], refusal: 'it cannot' });
});

const MOUNTS = '1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 0:9 / /net rw - nfs4 server:/ rw\n';

test.each([
  ['of two, one has gone', { neededSources: ['/srv/a', '/srv/b'], ownPaths: ['', '/log'] }, ['/srv/b']],
  ['a server is not asked', { neededSources: ['/net/a'], ownPaths: ['/log'] }, []],
  ['none are needed', { neededSources: [], ownPaths: [] }, []],
])('%s', (_, given, missing) => {
  const host = fakeHost({ files: { '/srv/a': '', '/log': '', '/proc/self/mountinfo': MOUNTS } });
  expect(missingSourcesOf(host, container({ state: { pid: 0 } }), given)).toEqual(missing);
  expect(missingSourcesOf(host, container(), given)).toEqual([]);
});

test('an engine on another machine has other files', () => {
  const given = { neededSources: ['/srv/b'], ownPaths: ['', '/log'] };
  const look = () => missingSourcesOf(fakeHost({ files: {} }), container({ state: { pid: 0 } }), given);
  expect(look).toThrow("none of the engine's files");
});

test('who publishes which port, asked only where a start failed for one', async () => {
  const list = async () => [summary({ name: 'db', ports: [{ host: 80, container: 8080, protocol: 'tcp' }] })];
  const ask = (error: string) => publishersOf({ ...engine, list }, container({ state: { pid: 0, error } }));
  expect(await ask('port is already allocated')).toEqual(new Map([[80, 'db']]));
  expect(await ask('no such device')).toEqual(new Map());
});
