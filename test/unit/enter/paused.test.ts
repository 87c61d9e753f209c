import { expect, test } from 'vitest';
import { subjectRecord } from '../../../src/cli/look.ts';
import { processTable } from '../../../src/verbs/ps/ps-text.ts';
import { isPaused, pausedText } from '../../../src/enter/paused.ts';
import { subjectOfPid } from '../../../src/process/subject.ts';
import { fakeHost } from '../fakes.ts';
import { HYBRID_CGROUP, HYBRID_MOUNTS, ID, V2_MOUNTS, V2_SYSTEMD_CGROUP } from '../process/recorded.ts';

const FREEZER = `/sys/fs/cgroup/freezer/dbg-engine/${ID}`;
const SCOPE = `/sys/fs/cgroup/system.slice/docker-${ID}.scope`;
const V1 = {
  '/proc/1234/cgroup': `${HYBRID_CGROUP}10:freezer:/dbg-engine/${ID}\n`,
  '/proc/self/mountinfo': `${HYBRID_MOUNTS}37 31 0:34 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer\n`,
  [`${FREEZER}/cgroup.procs`]: '1234\n',
};
const V2 = {
  '/proc/1234/cgroup': V2_SYSTEMD_CGROUP,
  '/proc/self/mountinfo': V2_MOUNTS,
  [`${SCOPE}/cgroup.procs`]: '1234\n',
};

test.each([
  ['v1, running', { ...V1, [`${FREEZER}/freezer.state`]: 'THAWED\n' }, false],
  ['v1, paused', { ...V1, [`${FREEZER}/freezer.state`]: 'FROZEN\n' }, true],
  ['v1, one of its tasks not yet stopped', { ...V1, [`${FREEZER}/freezer.state`]: 'FREEZING\n' }, true],
  ['v2, running', { ...V2, [`${SCOPE}/cgroup.events`]: 'populated 1\nfrozen 0\n' }, false],
  ['v2, paused', { ...V2, [`${SCOPE}/cgroup.events`]: 'populated 1\nfrozen 1\n' }, true],
  ['no cgroup file system at hand', { '/proc/1234/cgroup': V2_SYSTEMD_CGROUP }, false],
])('%s', (_, files, expected) => {
  const host = fakeHost({ files });
  expect(isPaused(host, subjectOfPid(host, 1234))).toBe(expected);
});

test('what is said of it', () => {
  const subject = { id: ID, name: 'web', pid: 1234, places: [] };
  expect(pausedText('web')).toBe(
    'dbg: web is paused: its processes stand still; let them go on:  docker unpause web\n',
  );
  expect(subjectRecord(subject, true)).toEqual({ container: 'web', id: ID, pid: 1234, paused: true });
  const row = {
    pid: 7,
    containerPid: 1,
    parent: 0,
    hostUid: 0,
    user: { uid: 0, name: 'root' },
    state: 'D',
    cpuPercent: 0,
    rssBytes: 0,
    elapsedSeconds: 1,
    argv: ['nginx'],
    command: 'nginx',
  };
  expect(processTable([row], true)).toMatch(/^7 .* D \(paused\) /m);
  expect(processTable([row], false)).not.toContain('paused');
});
