import { expect, test } from 'vitest';
import { DbgError } from '../../../src/errors.ts';
import { nameOf, processIds, subjectOf, subjectOfPid } from '../../../src/process/subject.ts';
import { container, fakeHost, ID } from '../fakes.ts';
import { INNER } from './recorded.ts';

/** What it fails with, and what there is to do next. */
function failure(act: () => unknown) {
  try {
    act();
  } catch (error) {
    if (error instanceof DbgError) return { message: error.message, next: error.next };
  }
  throw new Error('it did not fail');
}

const host = (cgroup: string) => fakeHost({ files: { '/proc/1234/cgroup': cgroup } });

test('a container whose process is another’s by now, or gone', () => {
  const its = {
    message: 'container "web" ended just now',
    next: [{ what: 'see how', command: `docker ps -a --filter id=${ID}` }],
  };
  const target = { container: container(), pid: 1234 };
  expect(failure(() => subjectOf(host(`0::/docker/${INNER}\n`), target))).toEqual(its);
  expect(failure(() => subjectOf(fakeHost({ files: {} }), target))).toEqual(its);
});

test('a process without a container', () => {
  expect(failure(() => subjectOfPid(host('0::/user.slice\n'), 1234))).toEqual({
    message: "process 1234 is in no container: no path of its cgroups has a container's id",
    next: [{ what: 'see them', command: 'cat /proc/1234/cgroup' }],
  });
  expect(failure(() => subjectOfPid(fakeHost({ files: {} }), 1234))).toEqual({
    message: 'there is no process 1234 on this host',
    next: [{ what: 'see what runs', command: 'ps -e' }],
  });
});

test('nested: the innermost, with no name', () => {
  const subject = subjectOfPid(host(`0::/docker/${ID}/docker/${INNER}/x\n`), 1234);
  expect([subject.id, nameOf(subject)]).toEqual([INNER, INNER.slice(0, 12)]);
  expect(subject.places.map(({ path }) => path)).toEqual([`/docker/${ID}/docker/${INNER}`]);
});

test('processes are the names in /proc that are numbers', () => {
  const files = {
    '/proc/1/stat': '',
    '/proc/22/stat': '',
    '/proc/3x/stat': '',
    '/proc/x4/stat': '',
    '/proc/uptime': '',
  };
  expect(processIds(fakeHost({ files }))).toEqual([1, 22]);
});
