import { describe, expect, test } from 'vitest';
import { parseCommandLine, processesOf } from '../../../src/process/processes.ts';
import { parseNamespace } from '../../../src/proc/pid/namespace-link.ts';
import { namespacesOf } from '../../../src/process/namespace-use.ts';
import { subjectOf, subjectOfPid } from '../../../src/process/subject.ts';
import { parsePasswd } from '../../../src/process/users.ts';
import { idInside, parseIdMap } from '../../../src/proc/pid/id-map.ts';
import { container, fakeHost } from '../fakes.ts';
import { ID, INNER, V1_SYSTEMD_CGROUP, V2_NESTED_CGROUP, V2_SYSTEMD_CGROUP } from './recorded.ts';

const stat = (pid: number, command: string, { state = 'S', parent = 1, cpu = 100, start = 1000 } = {}) =>
  `${pid} (${command}) ${state} ${parent} 1 1 0 -1 4194560 969 0 2 0 ${cpu} ${cpu} 0 0 20 0 1 0 ${start} 2322432 316`;
const status = (uid: number, pids: string, rss = 'VmRSS:\t    1380 kB\n') =>
  `Name:\tsleep\nState:\tS (sleeping)\nUid:\t0\t${uid}\t0\t0\nNSpid:\t${pids}\n${rss}`;

const process = (pid: number, cgroup: string, inside: string, over: Parameters<typeof stat>[2] = {}, uid = 0) => ({
  [`/proc/${pid}/cgroup`]: cgroup,
  [`/proc/${pid}/stat`]: stat(pid, 'sleep', over),
  [`/proc/${pid}/status`]: status(uid, inside),
  [`/proc/${pid}/cmdline`]: over?.state === 'Z' ? '' : 'sleep\x003600\0',
});

test.each([
  ['sh\0-c\0a b\0', ['sh', '-c', 'a b']],
  ['', []],
  ['a\0\0b\0', ['a', '', 'b']],
  ['nginx: worker process\0\0\0\0', ['nginx: worker process']],
  ['x'.repeat(4096), ['x'.repeat(4096), '…']],
])('command line %#', (text, argv) => {
  expect(parseCommandLine(text)).toEqual(argv);
});

test('passwd: the first name of a number; what is no entry is passed over', () => {
  const names = parsePasswd(
    'root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:\n# no\n\n:x:5:5::/:\nweb:x:101:101::/:\nx:y:abc:1::\nbad:x:7',
  );
  expect([...names]).toEqual([
    [0, 'root'],
    [101, 'web'],
  ]);
});

test('user ids through a map', () => {
  const map = parseIdMap('         0     100000      65536\n     70000       1000          1\n');
  expect([100000, 100033, 1000, 0, 165536].map((id) => idInside(map, id))).toEqual([
    0,
    33,
    70000,
    undefined,
    undefined,
  ]);
});

describe('the processes of a container', () => {
  const files = {
    '/proc/uptime': '30.00 50.00\n',
    '/proc/1234/root/etc/passwd': 'root:x:0:0::/:\nweb:x:33:33::/:\n',
    ...process(1234, V2_SYSTEMD_CGROUP, '1234\t1'),
    ...process(1300, V2_NESTED_CGROUP, '1300\t9\t1', { start: 2000 }, 33),
    ...process(1301, V2_SYSTEMD_CGROUP, '1301', {}, 4000),
    ...process(99, '0::/\n', '99'),
  };

  test('those in its cgroup and below, whatever their pid namespace', () => {
    const host = fakeHost({ files });
    const found = processesOf(host, subjectOfPid(host, 1234));
    expect(found.map(({ pid, containerPid, user }) => ({ pid, containerPid, ...user }))).toEqual([
      { pid: 1234, containerPid: 1, uid: 0, name: 'root' },
      { pid: 1300, containerPid: 9, uid: 33, name: 'web' },
      { pid: 1301, containerPid: undefined, uid: 4000, name: undefined },
    ]);
    expect(found[0]).toMatchObject({ cpuPercent: 10, elapsedSeconds: 20, rssBytes: 1413120, argv: ['sleep', '3600'] });
  });

  test('in a user namespace of its own', () => {
    const links = { '/proc/1234/ns/user': 'user:[2]', '/proc/self/ns/user': 'user:[1]' };
    const mapped = { ...files, '/proc/1234/uid_map': '0 4000 10\n' };
    const host = fakeHost({ files: mapped, links });
    expect(processesOf(host, subjectOfPid(host, 1234)).map(({ user }) => user)).toEqual([
      { uid: undefined, name: undefined },
      { uid: undefined, name: undefined },
      { uid: 0, name: 'root' },
    ]);
  });

  test('a zombie, which v1 counts to the root cgroup, is where its parent is', () => {
    const zombies = {
      ...files,
      ...process(1234, V1_SYSTEMD_CGROUP, '1234\t1'),
      ...process(1400, '4:memory:/\n', '1400\t7', { state: 'Z', parent: 1234 }),
      ...process(1401, '4:memory:/\n', '1401', { state: 'Z', parent: 1 }),
      ...process(1402, '4:memory:/\n', '1402', { parent: 1234 }),
    };
    const host = fakeHost({ files: zombies });
    expect(processesOf(host, subjectOfPid(host, 1234)).map(({ pid }) => pid)).toEqual([1234, 1400]);
  });

  test('one that dies, or whose number is given to another, while it is read', () => {
    const host = fakeHost({ files });
    let reads = 0;
    const read: typeof host.read = (path) => {
      if (path === '/proc/1300/status') return undefined;
      if (path === '/proc/1301/stat' && reads++ > 0) return stat(1301, 'other', { start: 2999 });
      return host.read(path);
    };
    expect(processesOf({ ...host, read }, subjectOfPid(host, 1234)).map(({ pid }) => pid)).toEqual([1234]);
  });
});

describe('the container', () => {
  const files = { '/proc/1234/cgroup': V2_NESTED_CGROUP, '/proc/99/cgroup': '0::/init.scope\n' };
  const host = fakeHost({ files });

  test('of a process is the innermost; of a name, the one that the engine means', () => {
    expect(subjectOfPid(host, 1234)).toMatchObject({ id: INNER, name: undefined });
    expect(subjectOf(host, { container: container({ id: ID }), pid: 1234 }).places).toEqual([
      { hierarchy: '', path: `/system.slice/docker-${ID}.scope` },
    ]);
  });

  test('there is none', () => {
    expect(() => subjectOfPid(host, 99)).toThrow('process 99 is in no container');
    expect(() => subjectOfPid(host, 98)).toThrow('there is no process 98');
    expect(() => subjectOf(host, { container: container({ id: ID }), pid: 98 })).toThrow('"web" ended just now');
  });
});

test('who else is in a namespace', () => {
  const names = ['net', 'uts'] as const;
  const links = (pid: number | string, inodes: readonly number[]) =>
    Object.fromEntries(names.map((type, index) => [`/proc/${pid}/ns/${type}`, `${type}:[${inodes[index]}]`]));
  const host = fakeHost({
    files: {
      ...process(1234, V2_SYSTEMD_CGROUP, '1234\t1'),
      ...process(1235, V2_SYSTEMD_CGROUP, '1235\t2'),
      ...process(2000, `0::/docker/${INNER}\n`, '2000\t1'),
      ...process(3000, '0::/user.slice\n', '3000'),
      ...process(4000, '0::/user.slice\n', '4000'),
    },
    links: {
      '/proc/self': '4000',
      ...links('self', [1, 1]),
      ...links(1234, [7, 1]),
      ...links(1235, [7, 1]),
      ...links(2000, [7, 8]),
      ...links(3000, [7, 1]),
      ...links(4000, [1, 1]),
    },
  });
  expect(namespacesOf(host, subjectOfPid(host, 1234), new Map([[INNER, 'sidecar']]))).toEqual([
    {
      type: 'net',
      inode: 7,
      isHosts: false,
      containers: [{ id: INNER, name: 'sidecar' }],
      processes: [{ pid: 3000, command: 'sleep' }],
    },
    { type: 'uts', inode: 1, isHosts: true, containers: [], processes: [{ pid: 3000, command: 'sleep' }] },
  ]);
  expect(parseNamespace(undefined)).toBeUndefined();
});
