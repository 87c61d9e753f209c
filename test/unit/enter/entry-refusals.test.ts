import { describe, expect, test } from 'vitest';
import { DbgError } from '../../../src/errors.ts';
import { type EntryWish, planEntry } from '../../../src/enter/entry-plan.ts';
import { container, fakeHost, ID } from '../fakes.ts';

const STATUS =
  'Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t\nCapBnd:\t00000000a80425fb\nNoNewPrivs:\t0\nSeccomp:\t0\n';
/** It started when the target says. */
const STAT = '1234 (web) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1';
const namespaces = (own: string, its: string) =>
  Object.fromEntries(
    ['net', 'user', 'cgroup', 'mnt', 'pid', 'uts', 'ipc'].flatMap((name) => [
      [`/proc/self/ns/${name}`, `${name}:[1]`],
      [`/proc/1234/ns/${name}`, `${name}:[${name === 'user' ? its : own}]`],
    ]),
  );

interface Around {
  readonly files?: Readonly<Record<string, string>>;
  readonly missing?: readonly string[];
  readonly status?: 'paused';
  readonly program?: string;
}

function plan(wish: EntryWish, { files = {}, missing = [], status, program }: Around = {}) {
  const host = fakeHost({
    files: {
      '/proc/1234/stat': STAT,
      '/proc/1234/status': STATUS,
      '/proc/1234/cgroup': `0::/docker/${ID}\n`,
      '/usr': '',
      ...files,
    },
    links: { ...namespaces('2', '1'), '/proc/self/cwd': '/home/ann' },
    missing,
  });
  const target = { container: container(status && { state: { status } }), pid: 1234, startTime: '1' };
  return planEntry(host, target, wish, { own: {}, given: {}, ...(program !== undefined && { program }) });
}

/** What it fails with, and what there is to do next. */
function failure(...args: Parameters<typeof plan>): string[] {
  try {
    plan(...args);
  } catch (error) {
    if (error instanceof DbgError)
      return [error.message, ...error.next.map(({ what, command }) => `${what}: ${command}`)];
  }
  throw new Error('it did not fail');
}

describe('refused, with what to do', () => {
  test.each<[string, EntryWish, Around, string[]]>([
    [
      'a paused container’s cgroup',
      { cgroup: true },
      { status: 'paused' },
      [
        'container "web" is paused: a program that joins its cgroup would be frozen too',
        'let it go on: docker unpause web',
        'without its cgroup: dbg … --no-cgroup web …',
      ],
    ],
    [
      'a process that has ended',
      { user: '1000' },
      { files: { '/proc/1234/status': '' } },
      ['"web" ended or was restarted just now; nothing was run', 'look: docker ps -a --filter name=web'],
    ],
    [
      '--full-rights without its files',
      { fullRights: true },
      {},
      ["--full-rights is for --all and --ns mnt: a tool of the host has all of root's rights anyway", 'without: dbg …'],
    ],
    [
      '--full-rights against --caps container',
      { all: true, fullRights: true, caps: 'container' },
      {},
      [
        '--full-rights and --caps container contradict each other',
        "the container's rights are the default: dbg … --all …",
      ],
    ],
    [
      'a name for a user of the host',
      { user: 'ann:staff' },
      {},
      [
        '--user takes UID, UID:GID or "container", not "ann:staff": a name may be another user on the host than in the container',
        "the container's users: docker exec … cat /etc/passwd",
      ],
    ],
    [
      'a number that means "unchanged"',
      { user: '4294967295' },
      {},
      [
        '--user takes UID, UID:GID or "container", not "4294967295": a number is at most 2147483647',
        "the container's users: docker exec … cat /etc/passwd",
      ],
    ],
    [
      'a namespace that there is not',
      { ns: 'net,nte' },
      {},
      ['there is no namespace "nte" (there is: net, uts, ipc, mnt, pid, user, cgroup)'],
    ],
  ])('%s', (_, wish, around, expected) => expect(failure(wish, around)).toEqual(expected));

  test('who joins last needs perl; who does not needs none', () => {
    expect(failure({ all: true }, { missing: ['perl'] })[0]).toContain('perl');
    expect(() => plan({}, { missing: ['perl'] })).not.toThrow();
  });
});

describe('what confines the container and not the program', () => {
  test.each([
    ['nothing', {}, []],
    ['AppArmor, unconfined', { '/proc/1234/attr/current': 'unconfined\n' }, []],
    [
      'AppArmor',
      { '/proc/1234/attr/current': 'docker-default (enforce)\n' },
      ['security label docker-default (enforce)'],
    ],
    ['SELinux', { '/proc/1234/attr/current': 'system_u:x:y\0' }, ['security label system_u:x:y']],
    ['seccomp', { '/proc/1234/status': STATUS.replace('Seccomp:\t0', 'Seccomp:\t2') }, ['seccomp filter']],
  ])('%s', (_, files, missing) => {
    expect(plan({ all: true }, { files }).missing).toEqual(missing);
    expect(plan({ all: true, fullRights: true }, { files }).missing).toEqual([]);
    expect(plan({}, { files }).missing).toEqual([]);
  });
});

test('a program that stops itself is asked for by who traces it, never by a plan', () => {
  expect(plan({}).entry.stops).toBe(false);
  expect(plan({ all: true }).entry.stops).toBe(false);
});
