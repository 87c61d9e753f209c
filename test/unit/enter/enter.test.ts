import { describe, expect, test } from 'vitest';
import ENTRY from '../../../src/enter/entry.sh';
import { ASIDE, type Entry, nsenter, plainEntry } from '../../../src/enter/nsenter.ts';
import { entryFailure } from '../../../src/enter/outcome.ts';
import { enterable } from '../../../src/enter/target.ts';
import { parseStartTime } from '../../../src/proc/pid/stat.ts';
import { container, fakeHost, ID } from '../fakes.ts';

const target = { container: container(), pid: 42, startTime: '99' };
const entry = (over: Partial<Entry> = {}): Entry => ({ ...plainEntry(), directory: '/srv', ...over });
/** The argv with the fixed scripts and the numbers of system calls named, not shown. */
const line = (over: Partial<Entry>, argv = ['ls', '-l']) =>
  nsenter(target, argv, entry(over))
    .map((word) => (word === ENTRY ? 'ENTRY' : word.startsWith('use strict') ? 'JOIN' : word || "''"))
    .map((word) => word.replace(/^calls=[\d,]+$/, 'calls'))
    .join(' ');

const ARGS = `sh -c ENTRY dbg 42 99 ${ID}`;

describe('the entry line', () => {
  test.each<[string, Partial<Entry>, string]>([
    ['the default', {}, `nsenter --target 42 --net --uts --ipc -- ${ARGS} /srv '' '' '' '' 0 ls -l`],
    ['one namespace', { namespaces: ['net'] }, `nsenter --target 42 --net -- ${ARGS} /srv '' '' '' '' 0 ls -l`],
    [
      'with a view, in a mount namespace of its own',
      { view: { fstab: 'FSTAB', nsswitch: 'NSS', changed: [] } },
      `nsenter --target 42 --net --uts --ipc -- unshare --mount --propagation slave -- ${ARGS} /srv '' FSTAB NSS '' 0 ls -l`,
    ],
    [
      'joining cgroups',
      { cgroupProcs: ['/a', '/b'] },
      `nsenter --target 42 --net --uts --ipc -- ${ARGS} /srv '' '' '' '' 2 /a /b ls -l`,
    ],
    [
      'as somebody else',
      { credentials: { ids: { uid: 7, gid: 8, groups: [9] }, boundingSet: [13], noNewPrivileges: true } },
      `nsenter --target 42 --net --uts --ipc -- ${ARGS} /srv '' '' '' '' 0 setpriv --reuid 7 --regid 8 --groups 9 --inh-caps -all --bounding-set -all,+cap_13 --no-new-privs -- ls -l`,
    ],
    [
      'with nothing to write to',
      { readOnly: ['/usr', '/my tool'] },
      `nsenter --target 42 --net --uts --ipc -- unshare --mount --propagation slave -- ${ARGS} /srv '' /usr /usr none rbind,ro 0 0\n/my\\040tool /my\\040tool none rbind,ro 0 0 '' '' 0 ls -l`,
    ],
    [
      "with the container's files: joined last, from /proc/PID",
      {
        namespaces: ['net', 'mnt'],
        credentials: { ids: { uid: 7, gid: 8, groups: [] }, boundingSet: undefined, noNewPrivileges: false },
      },
      `nsenter --target 42 --net -- ${ARGS} '' '' '' '' '' 0 perl -e JOIN calls join=mnt wait=1 directory=/srv uid=7 gid=8 groups= -- ls -l`,
    ],
    [
      'the full entry, with the rights of the container',
      {
        namespaces: ['net', 'uts', 'ipc', 'mnt', 'pid', 'user', 'cgroup'],
        credentials: { ids: { uid: 0, gid: 0, groups: [3, 4] }, boundingSet: [0, 13], noNewPrivileges: true },
        variables: ['PATH', 'A'],
      },
      `nsenter --target 42 --net --uts --ipc -- ${ARGS} '' '' '' '' '' 0 perl -e JOIN calls join=cgroup,pid,mnt,user wait=1 directory=/srv uid=0 gid=0 groups=3,4 caps=0,13 no-new-privs=1 variables=PATH,A -- ls -l`,
    ],
    [
      'no capability at all',
      { namespaces: ['mnt'], credentials: { ids: undefined, boundingSet: [], noNewPrivileges: false } },
      `${ARGS} '' '' '' '' '' 0 perl -e JOIN calls join=mnt wait=1 directory=/srv caps= -- ls -l`,
    ],
    [
      "with the host's files, in dbg's own directory",
      { namespaces: ['pid'], kept: '.' },
      `${ARGS} '' . '' '' '' 0 perl -e JOIN calls join=pid wait=1 directory=/srv kept=1 -- ls -l`,
    ],
    [
      'neither processes nor files of the container: nobody is waited for',
      { namespaces: ['net', 'cgroup'] },
      `nsenter --target 42 --net -- ${ARGS} '' '' '' '' '' 0 perl -e JOIN calls join=cgroup directory=/srv -- ls -l`,
    ],
    [
      'to be traced',
      { namespaces: ['pid'], stops: true },
      `${ARGS} '' '' '' '' '' 0 perl -e JOIN calls join=pid wait=1 stop=1 directory=/srv -- ls -l`,
    ],
  ])('%s', (_, over, expected) => expect(line(over)).toBe(expected));

  test('where dbg listens, what comes before nsenter leads its words to dbg', () =>
    expect(nsenter(target, ['ls'], entry({ hasAside: true }))).toEqual([
      ...ASIDE,
      ...nsenter(target, ['ls'], entry()),
    ]));

  test('what the person typed is never part of a script', () => {
    const words = nsenter(target, ['$(reboot)', '; reboot'], entry({ directory: '/a;b' }));
    expect(words.filter((word) => word.includes('reboot'))).toEqual(['$(reboot)', '; reboot']);
  });
});

const statLine = (state: string, start: number) => `42 (x) y) ${state} ${'0 '.repeat(18)}${start} 0\n`;
const hostWith = (text?: string) => fakeHost({ files: text === undefined ? {} : { '/proc/42/stat': text } });
const living = hostWith(statLine('S', 99));

describe('why an entry failed', () => {
  test.each([
    ['is there no more', undefined],
    ['is a zombie', statLine('Z', 99)],
    ['is exiting, and has left its namespaces', statLine('R', 99).replace('R 0 0 0 0 0 0 ', 'R 0 0 0 0 0 4194564 ')],
    ['is another process', statLine('S', 100)],
  ])('whatever step it was, where its process %s', (_, text) => {
    for (const report of ['', 'last fork: Cannot allocate memory', 'view', 'cgroup', 'dir /: No such file']) {
      const failure = entryFailure(
        hostWith(text),
        report,
        1,
        target,
        entry({ view: { fstab: '', nsswitch: '', changed: [] } }),
      );
      expect(failure).toMatchObject({
        exitCode: 125,
        message: '"web" ended or was restarted just now; nothing was run',
      });
      expect(JSON.stringify(failure?.next)).not.toContain('--host-view');
    }
    expect(entryFailure(hostWith(text), 'entered', 1, target, entry())).toBeUndefined();
    // The end of a pid namespace kills what is on its way into it.
    expect(entryFailure(hostWith(text), '', 137, target, entry())?.message).toContain('ended or was restarted');
    expect(entryFailure(hostWith(text), 'entered', 137, target, entry())).toBeUndefined();
    expect(entryFailure(hostWith(text), '', 130, target, entry())).toBeUndefined();
  });

  test.each([
    ['entered', 1, undefined],
    ['entered', 125, undefined],
    ['', 130, undefined],
    ['gone', 125, 'ended or was restarted just now; nothing was run'],
    ['other', 125, 'process 42 does not belong to "web"'],
    ['view', 125, 'refused a mount'],
    ['last nsenter: no such file', 125, '(nsenter: no such file); nothing was run'],
    ['dir', 125, 'there is no directory /srv; nothing was run'],
    ['dir /srv: No such file or directory', 125, 'there is no directory /srv; nothing was run'],
    ['dir /srv: Permission denied', 125, 'there is no directory /srv to go to (/srv: Permission denied)'],
    ['', 1, '"web" could not be entered; nothing was run'],
    ['nsenter: no such\nnsenter: really', 1, '"web" could not be entered (nsenter: really); nothing was run'],
    ['mount: /etc/hosts: no\nview', 125, "a mount that the container's view needs (mount: /etc/hosts: no); nothing"],
    [
      'mount: /sys: no\n       dmesg(1) may say more\nview',
      125,
      "a mount that the container's view needs (mount: /sys: no); nothing",
    ],
    ['mount: a hint\nentered', 1, undefined],
    ['dir /a\nentered x: No such file or directory', 125, 'there is no directory /srv; nothing was run'],
    ['', 137, undefined],
  ])('%j with exit code %d', (report, exitCode, message) => {
    const failure = entryFailure(living, report, exitCode, target, entry());
    if (message === undefined) expect(failure).toBeUndefined();
    else expect(failure?.message).toContain(message);
  });
});

test('a command may have blanks and parentheses in its name', () => {
  const fields = ['S', ...Array.from({ length: 18 }, (_, index) => String(index)), '987654', 'rest'];
  expect(parseStartTime(`7 (a) (b c) ${fields.join(' ')}`)).toBe('987654');
});

test.each([
  ['cgroup v2, cgroupfs', `0::/docker/${ID}`],
  ['cgroup v2, systemd', `0::/system.slice/docker-${ID}.scope`],
  ['cgroup v1 and hybrid', `4:memory:/docker/${ID}\n1:name=systemd:/docker/${ID}\n0::/`],
  ['Podman', `0::/machine.slice/libpod-${ID}.scope/container`],
  ['below a parent of its own, seen from inside another cgroup namespace', `0::/../mine/${ID}`],
])('the process is checked to be the container before it is a target: %s', (_, cgroup) => {
  const stat = `1234 (sleep) S ${'0 '.repeat(18)}4242 0`;
  const host = fakeHost({ files: { '/proc/1234/cgroup': `${cgroup}\n`, '/proc/1234/stat': stat } });
  expect(enterable(host, container(), 0)).toMatchObject({ pid: 1234, startTime: '4242' });
});

test.each([
  [
    'a process of another one',
    { '/proc/1234/cgroup': '0::/system.slice/ssh.service\n', '/proc/1234/stat': `1234 (sshd) S ${'0 '.repeat(19)}` },
    'is not in that container',
  ],
  ['no such process', {}, 'this host has no process 1234'],
  [
    'one that ended in between',
    { '/proc/1234/stat': `1234 (sleep) S ${'0 '.repeat(19)}` },
    'this host has no process 1234',
  ],
])('refused: %s', (_, files, message) => {
  expect(() => enterable(fakeHost({ files }), container({ id: ID }), 0)).toThrow(message);
});
