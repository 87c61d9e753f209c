import { describe, expect, test } from 'vitest';
import { cgroupProcs, parseCgroupMounts, parsePlaces } from '../../../src/proc/cgroup.ts';
import {
  namedOf,
  namesOf,
  parseNames,
  parseVariables,
  parseVariablesFile,
} from '../../../src/enter/environment/given-variables.ts';
import { type EntryWish, planEntry } from '../../../src/enter/entry-plan.ts';
import { insideId } from '../../../src/proc/pid/id-map.ts';
import { refuseSeen } from '../../../src/enter/rights/refuse-seen.ts';
import { planView } from '../../../src/enter/environment/container-view.ts';
import { container, fakeHost, ID } from '../fakes.ts';

const STATUS =
  'Name:\tx\nUid:\t0\t1000\t0\t0\nGid:\t0\t100\t0\t0\nGroups:\t10 20 \nCapBnd:\t0000000000003000\nNoNewPrivs:\t1\nSeccomp:\t2\n';
const MOUNTINFO = `30 1 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw
31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:5 - cgroup cgroup rw,cpu,cpuacct
32 30 0:28 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
33 30 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
34 1 0:30 / /sys/kernel/debug rw - debugfs debugfs rw`;
const STAT = `1234 (x) S ${'0 '.repeat(18)}1 0\n`;
const files = {
  '/proc/1234/stat': STAT,
  '/proc/1234/status': STATUS,
  '/proc/1234/cgroup': `4:cpu,cpuacct:/docker/${ID}\n0::/\n`,
  '/proc/self/mountinfo': MOUNTINFO,
  '/etc/nsswitch.conf':
    '# a comment\npasswd: files systemd # more\nhosts: files mymachines resolve [!UNAVAIL=return] dns\n',
  '/etc/resolv.conf': '',
  '/etc/hosts': '',
  [`/my data/${ID}/resolv.conf`]: '',
  [`/data/${ID}/hosts`]: '',
  '/run/nscd/socket': '',
};
const links = Object.fromEntries(
  ['net', 'user', 'cgroup'].flatMap((name) => [
    [`/proc/1234/ns/${name}`, `${name}:[1]`],
    [`/proc/self/ns/${name}`, name === 'user' ? 'user:[1]' : `${name}:[2]`],
  ]),
);
const host = fakeHost({ files, links });
const web = container({
  workingDir: '/app',
  files: { 'resolv.conf': `/my data/${ID}/resolv.conf`, hosts: `/data/${ID}/hosts`, hostname: '/data/gone' },
});
const target = { container: web, pid: 1234, startTime: '1' };
const mine = { own: { OWN: 'mine' }, given: {} };
const plan = (wish: EntryWish) => planEntry(host, target, wish, mine);

describe('the view', () => {
  test('files of the container, sockets masked, and a /sys with what is kept, in this order', () => {
    expect(planView(host, web)).toEqual({
      nsswitch: 'passwd: files\nhosts: files dns',
      changed: ['/sys', '/etc/nsswitch.conf', '/etc/resolv.conf', '/etc/hosts'],
      fstab: [
        '/sys/module/nsswitch.conf /etc/nsswitch.conf none bind 0 0',
        `/my\\040data/${ID}/resolv.conf /etc/resolv.conf none bind 0 0`,
        `/data/${ID}/hosts /etc/hosts none bind 0 0`,
        '/dev/null /run/nscd/socket none bind 0 0',
        'dbg-0 /sys/module/dbg-0 sysfs nosuid,nodev,noexec,X-mount.mkdir 0 0',
        '/sys/fs/cgroup /sys/module/dbg-0/fs/cgroup none rbind 0 0',
        '/sys/kernel/debug /sys/module/dbg-0/kernel/debug none rbind 0 0',
        '/sys/module/dbg-0 /sys none rbind 0 0',
      ].join('\n'),
    });
  });

  test('in a shell of dbg that has a view already, the new /sys has another name', () => {
    const mountinfo = `${MOUNTINFO}\n40 1 0:40 / /sys/module/dbg-0 rw - sysfs dbg-0 rw`;
    const inside = fakeHost({ files: { ...files, '/proc/self/mountinfo': mountinfo }, links });
    expect(planView(inside, web).fstab).toContain('\ndbg-1 /sys/module/dbg-1 sysfs');
  });

  test.each([
    ["the engine's file", `/data/${ID}/hosts`, '/hosts, which cannot be read'],
    ["the host's own", '/etc/resolv.conf', '/etc/resolv.conf of this host cannot be read'],
  ])('without %s: refused', (_, path, message) => {
    const without = Object.fromEntries(Object.entries(files).filter(([name]) => name !== path));
    expect(() => planView(fakeHost({ files: without, links }), web)).toThrow(message);
  });

  test.each<[string, EntryWish, boolean]>([
    ['by default', {}, true],
    ['not when it is not wanted', { hostView: true }, false],
    ['not without the network', { ns: 'uts,ipc' }, false],
    ["not with the container's own files", { ns: 'net,mnt' }, false],
  ])('%s', (_, wish, has) => expect(plan(wish).entry.view !== undefined).toBe(has));
});

describe('what is joined', () => {
  test.each<[EntryWish, string[]]>([
    [{}, ['net', 'uts', 'ipc']],
    [{ ns: 'pid, net' }, ['net', 'pid']],
    [{ ns: 'user,net' }, ['net']],
    [{ all: true }, ['net', 'uts', 'ipc', 'mnt', 'pid', 'cgroup']],
  ])('%j', (wish, namespaces) => expect(plan(wish).entry.namespaces).toEqual(namespaces));

  test('an unknown one is wrong usage', () =>
    expect(() => plan({ ns: 'net,foo' })).toThrow('there is no namespace "foo"'));
});

describe('who and where', () => {
  const ITS_RIGHTS = {
    ids: { uid: 1000, gid: 100, groups: [10, 20] },
    boundingSet: [12, 13],
    noNewPrivileges: true,
  };

  test.each<[EntryWish, unknown]>([
    [{}, undefined],
    [{ user: '7' }, { ids: { uid: 7, gid: 7, groups: [] }, boundingSet: undefined, noNewPrivileges: false }],
    [{ user: '7:8' }, { ids: { uid: 7, gid: 8, groups: [] }, boundingSet: undefined, noNewPrivileges: false }],
    [{ caps: 'container' }, { ids: undefined, boundingSet: [12, 13], noNewPrivileges: true }],
    [{ ns: 'cgroup' }, undefined],
    [{ ns: 'pid' }, undefined],
    [{ all: true }, ITS_RIGHTS],
    [{ all: true, caps: 'container' }, ITS_RIGHTS],
    [{ ns: 'mnt' }, ITS_RIGHTS],
    [
      { all: true, user: '7:8' },
      { ...ITS_RIGHTS, ids: { uid: 7, gid: 8, groups: [] } },
    ],
    [{ all: true, fullRights: true }, undefined],
    [
      { all: true, fullRights: true, user: '7' },
      { ids: { uid: 7, gid: 7, groups: [] }, boundingSet: undefined, noNewPrivileges: false },
    ],
  ])('%j', (wish, credentials) => expect(plan(wish).entry.credentials).toEqual(credentials));

  const passwd =
    'root:x:0:0:root:/root:/bin/sh\nbroken\nwww-data:x:33:34::/:/bin/sh\nodd:x:no:1\nlast:x:4294967295:4294967295\n';
  const group = 'root:x:0:\nadm:x:4:ann,www-data\ntty:x:5:www-data\nbad:x:z:www-data\n';
  const named = fakeHost({
    files: { ...files, '/proc/1234/root/etc/passwd': passwd, '/proc/1234/root/etc/group': group },
    links,
  });

  test.each([
    ['root', { uid: 0, gid: 0, groups: [] }],
    ['www-data', { uid: 33, gid: 34, groups: [4, 5] }],
    ['www-data:adm', { uid: 33, gid: 4, groups: [] }],
    ['www-data:7', { uid: 33, gid: 7, groups: [] }],
    ['7:adm', { uid: 7, gid: 4, groups: [] }],
  ])("-u %s with the container's files is a name of its own", (user, ids) =>
    expect(planEntry(named, target, { all: true, user }, mine).entry.credentials?.ids).toEqual(ids),
  );

  test.each([
    [{ all: true, user: 'nobody' }, 'has no user "nobody" in its /etc/passwd'],
    [{ all: true, user: 'odd' }, 'has no user "odd"'],
    // setresuid(2) takes the largest number for "unchanged", which is root.
    [{ all: true, user: 'last' }, 'has no user "last"'],
    [{ all: true, user: '4294967295' }, '--user takes UID'],
    [{ all: true, user: '1:4294967295' }, '--user takes UID'],
    [{ user: '2147483648' }, '--user takes UID'],
    [{ user: '99999999999' }, '--user takes UID'],
    [{ ns: 'mnt', user: 'root:nobody' }, 'has no group "nobody" in its /etc/group'],
    [{ all: true, user: '1:2:3' }, '--user takes UID'],
    [{ all: true, user: '../x' }, '--user takes UID'],
    [{ user: 'www-data' }, '--user takes UID'],
  ])('%j is wrong usage', (wish, message) => expect(() => planEntry(named, target, wish, mine)).toThrow(message));

  test("the container's own user", () => {
    expect(plan({ user: 'container' }).entry.credentials?.ids).toMatchObject({ uid: 1000, gid: 100, groups: [10, 20] });
  });

  test.each<[EntryWish, string]>([
    [{ user: 'alice' }, '--user takes UID, UID:GID or "container", not "alice"'],
    [{ caps: 'container', all: true, fullRights: true }, 'contradict each other'],
    [{ fullRights: true }, '--full-rights is for --all and --ns mnt'],
    [{ ns: 'net,pid', fullRights: true }, '--full-rights is for --all and --ns mnt'],
  ])('%j is wrong usage', (wish, message) => expect(() => plan(wish)).toThrow(message));

  test.each<[EntryWish, string, string, string]>([
    [{}, '/home/ann', '.', ''],
    [{ workdir: '/x' }, '/home/ann', '/x', ''],
    [{ workdir: 'x/../y' }, '/home/ann', './x/../y', ''],
    [{ workdir: '-' }, '/home/ann', './-', ''],
    [{ all: true, workdir: 'y' }, '/home/ann', '/app/y', ''],
    [{ all: true }, '/home/ann', '/app', ''],
    [{ all: true, workdir: '/x' }, '/home/ann', '/x', ''],
    // The view's /sys is over the host's.
    [{}, '/sys/class/net', '/sys/class/net', ''],
    [{ workdir: 'net' }, '/sys/class', '/sys/class/net', ''],
    [{ hostView: true }, '/sys/class/net', '.', ''],
    [{}, '/system', '.', ''],
    // Programs are over themselves, read-only.
    [{ ns: 'net,pid' }, '/home/ann', '/home/ann', '.'],
    [{ ns: 'net,pid', workdir: 'y' }, '/home/ann', '/home/ann/y', './y'],
    [{ ns: 'net,pid', workdir: '/x' }, '/home/ann', '/x', ''],
  ])('%j in %s starts in %s, kept %j', (wish, cwd, directory, kept) => {
    const there = fakeHost({ files, links: { ...links, '/proc/self/cwd': cwd } });
    expect(planEntry(there, target, wish, mine).entry).toMatchObject({ directory, kept });
  });

  test("capabilities of a user namespace of its own are not taken for the host's", () => {
    const own = fakeHost({ files, links: { ...links, '/proc/1234/ns/user': 'user:[9]' } });
    expect(() => planEntry(own, target, { caps: 'container' }, mine)).toThrow('would allow more on the host');
  });

  const hasOwnUsers = fakeHost({
    files: { ...files, '/proc/1234/uid_map': '0 500 1000\n', '/proc/1234/gid_map': '0 15 1000\n' },
    links: { ...links, '/proc/1234/ns/user': 'user:[9]' },
  });
  const inItsOwn = (wish: EntryWish) => planEntry(hasOwnUsers, target, wish, mine).entry;

  test('ids are those of its user namespace; a group that has no name there is left out', () =>
    expect(inItsOwn({ all: true })).toMatchObject({
      namespaces: ['net', 'uts', 'ipc', 'mnt', 'pid', 'user', 'cgroup'],
      credentials: { ids: { uid: 500, gid: 85, groups: [5] }, boundingSet: [12, 13] },
    }));

  test('root of the host is root in there, as it would be nobody', () => {
    const root = { ids: { uid: 0, gid: 0, groups: [] }, boundingSet: undefined, noNewPrivileges: false };
    expect(inItsOwn({ ns: 'net,user' }).credentials).toEqual(root);
    expect(inItsOwn({ all: true, fullRights: true }).credentials).toEqual(root);
  });

  test('its files without its user namespace: refused', () =>
    expect(() => inItsOwn({ ns: 'net,mnt' })).toThrow('would allow more on the host'));

  test('what has ended has no rights that could be taken', () => {
    const { '/proc/1234/status': _, ...without } = files;
    expect(() => planEntry(fakeHost({ files: without, links }), target, { all: true }, mine)).toThrow('ended or was');
  });

  test('what has ended meanwhile: its end is said, and not what half of it looks like', () => {
    const { '/proc/1234/ns/user': _, ...without } = links;
    const half = fakeHost({ files: { ...files, '/proc/1234/stat': STAT.replace(' S ', ' Z ') }, links: without });
    for (const wish of [{ caps: 'container' }, { ns: 'net,mnt' }, { ns: 'pid', user: '7' }] as const) {
      expect(() => planEntry(half, target, wish, mine)).toThrow(
        '"web" ended or was restarted just now; nothing was run',
      );
    }
    expect(() => planEntry(half, target, { ns: 'nosuch' }, mine)).toThrow('there is no namespace "nosuch"');
  });

  const paused = { ...target, container: container({ state: { status: 'paused' } }) };
  test.each<[EntryWish]>([[{ cgroup: true }], [{ all: true }], [{ ns: 'mnt' }]])(
    'a paused container is not joined: %j',
    (wish) =>
      expect(() => planEntry(host, paused, wish, mine)).toThrow(
        'is paused: a program that joins its cgroup would be frozen',
      ),
  );

  test('its cgroup, with its files or when asked for', () => {
    const joined = (wish: EntryWish) => plan(wish).entry.cgroupProcs.length;
    expect([{}, { cgroup: true }, { all: true }, { all: true, cgroup: false }, { ns: 'pid' }].map(joined)).toEqual([
      0, 1, 1, 0, 0,
    ]);
  });

  test('what confines it, and not the program', () => {
    const confined = fakeHost({ files: { ...files, '/proc/1234/attr/current': 'docker-default (enforce)\n' }, links });
    const missing = (wish: EntryWish) => planEntry(confined, target, wish, mine).missing;
    expect(missing({ all: true })).toEqual(['seccomp filter', 'security label docker-default (enforce)']);
    expect([missing({}), missing({ ns: 'pid' }), missing({ all: true, fullRights: true })]).toEqual([[], [], []]);
  });

  test("where the container sees it, programs cannot be written to; the tool's own file too", () => {
    const some = fakeHost({
      files: { ...files, '/usr/x': '', '/usr': '', '/opt': '', '/srv/tool': '' },
      links: { ...links, '/bin': 'usr/bin' },
    });
    const readOnly = (wish: EntryWish, program: string) =>
      planEntry(some, target, wish, { ...mine, program }).entry.readOnly;
    expect(readOnly({}, '/srv/tool')).toEqual([]);
    expect(readOnly({ ns: 'pid' }, '/usr/bin/ls')).toEqual(['/usr', '/opt']);
    expect(readOnly({ ns: 'net,pid' }, '/srv/tool')).toEqual(['/usr', '/opt', '/srv/tool']);
    expect(readOnly({ all: true }, '/srv/tool')).toEqual(['/usr', '/opt']);
  });
});

describe('a tool with the files of the host, which the container sees', () => {
  const status = (caps: string) => `CapBnd:\t${caps}\n`;
  const pidLinks = (pid: string, kind: string, users = 'user:[1]') => ({
    [`/proc/${pid}/ns/pid`]: kind,
    [`/proc/${pid}/ns/user`]: users,
  });
  const seen = (over: { its?: string; beside?: string; users?: string }) =>
    fakeHost({
      files: {
        ...files,
        '/proc/1234/status': status(over.its ?? '00000000a80425fb'),
        '/proc/77/status': status(over.beside ?? '00000000a80425fb'),
        '/proc/1/status': status('000001ffffffffff'),
      },
      links: {
        ...pidLinks('self', 'pid:[1]'),
        ...pidLinks('1', 'pid:[1]'),
        ...pidLinks('1234', 'pid:[5]', over.users),
        ...pidLinks('77', 'pid:[5]', over.users),
      },
    });
  const entering =
    (host_: typeof host, ns: readonly string[], wish: { user?: string; caps?: string } = {}) =>
    () =>
      refuseSeen(host_, target, ns as never, wish);
  const PTRACE = '00000000a80c25fb';

  test.each([
    ['as root, before a container without SYS_PTRACE', seen({}), ['pid'], {}],
    ["with the container's files", seen({ its: PTRACE }), ['pid', 'mnt'], { user: '7' }],
    ['not seen', seen({ its: PTRACE }), ['net'], { user: '7' }],
    ['SYS_PTRACE in a user namespace of its own', seen({ its: PTRACE, users: 'user:[9]' }), ['pid'], {}],
  ] as const)('%s: entered', (_, host_, ns, wish) => expect(entering(host_, ns, wish)).not.toThrow());

  test.each([
    ['as another user', seen({}), ['pid'], { user: '7' }, 'with --user they could open'],
    ['as root by number, which drops nothing but may', seen({}), ['net', 'pid'], { user: '0' }, 'with --user'],
    ['with fewer capabilities', seen({}), ['pid'], { caps: 'container' }, 'with --caps'],
    ['in its user namespace', seen({ users: 'user:[9]' }), ['pid', 'user'], {}, 'with its user namespace they could'],
    ['SYS_PTRACE', seen({ its: PTRACE }), ['pid'], {}, 'process 1234 in the pid namespace'],
    ['SYS_PTRACE of another container there', seen({ beside: PTRACE }), ['pid'], {}, 'process 77 in the pid namespace'],
  ] as const)('%s: refused', (_, host_, ns, wish, why) => expect(entering(host_, ns, wish)).toThrow(why));

  test("in the host's own pid namespace, each tool is seen", () => {
    const inHosts = fakeHost({ files, links: { ...pidLinks('self', 'pid:[1]'), ...pidLinks('1234', 'pid:[1]') } });
    expect(entering(inHosts, ['net'])).not.toThrow();
    expect(entering(inHosts, ['net', 'pid'])).not.toThrow();
    for (const wish of [{ user: '7' }, { caps: 'container' }])
      expect(entering(inHosts, ['net'], wish)).toThrow("open the host's files");
  });
});

describe('the environment', () => {
  test.each<[EntryWish, Record<string, string>]>([
    [{}, { DBG_ROOT: '/proc/1234/root' }],
    [
      { all: true },
      { DBG_ENV_HOME: '/', DBG_ENV_PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    ],
    [{ env: ['K=V=W', 'OWN', 'NOT'] }, { DBG_ROOT: '/proc/1234/root', DBG_ENV_K: 'V=W', DBG_ENV_OWN: 'mine' }],
  ])('%j', (wish, env) => expect(plan(wish).env).toEqual(env));

  test('the tool has its own under their names, and before those of the container', () => {
    const wish = { env: ['A=2'] };
    const { env, entry } = planEntry(host, target, wish, { ...mine, given: { A: '1', B: '1' } });
    expect([env['DBG_ENV_A'], env['DBG_ENV_B'], entry.variables]).toEqual(['2', '1', ['A', 'B']]);
  });

  test('a program of the container gets no more of root’s than the terminal needs', () => {
    const names = ['PATH', 'HOME', 'TERM', 'LC_ALL', 'AWS_SECRET', 'SUDO_USER', 'MYPATH'];
    const { keep } = plan({ all: true });
    expect(names.filter((name) => keep?.test(name))).toEqual(['PATH', 'HOME', 'TERM', 'LC_ALL']);
    expect(plan({}).keep).toBeUndefined();
  });

  const db = container({ env: ['PGHOST=db', 'EMPTY=', 'TWO=a=b', 'LD_PRELOAD=/x.so', 'a-b=c', 'BARE', '=x'] });

  test('of the container’s: the names that there are, which a shell can hold', () => {
    expect(namesOf(db.env)).toEqual(['EMPTY', 'LD_PRELOAD', 'PGHOST', 'TWO']);
  });

  test('of the container’s: those that the person names, and no other', () => {
    expect(namedOf(db, [])).toEqual({});
    expect(namedOf(db, ['PGHOST', 'EMPTY', 'TWO'])).toEqual({ PGHOST: 'db', EMPTY: '', TWO: 'a=b' });
    expect(namedOf(db, ['LD_PRELOAD'])).toEqual({ LD_PRELOAD: '/x.so' });
    for (const name of ['PGPORT', 'a-b', 'BARE', '', 'constructor', '__proto__']) {
      expect(() => namedOf(db, [name])).toThrow(
        `container "web" was given no variable "${name}" (it has: EMPTY, LD_PRELOAD, PGHOST, TWO)`,
      );
    }
    expect(() => namedOf(container(), ['A'])).toThrow('(it has: none)');
  });

  test('of the container’s: how they are named', () => {
    expect(parseNames('A,b_2,_C')).toEqual(['A', 'b_2', '_C']);
    expect(parseNames('')).toEqual([]);
    for (const list of ['a-b', 'A B', 'A=1', '1A', 'A,DBG_ROOT', 'DBG_ENV_A'])
      expect(() => parseNames(list)).toThrow('names of variables');
  });

  test('-e', () => {
    expect(parseVariables(['A'], {})).toEqual({});
    expect(parseVariablesFile('\uFEFF# c\nA=1 "x" # y\r\n\n  B\nC=\n', 'f')).toEqual(['A=1 "x" # y', 'B', 'C=']);
    for (const line of ['export A=1', 'a-b=1', '=x']) {
      expect(() => parseVariablesFile(`\n${line}`, '/f')).toThrow(/^line 2 of \/f is no NAME=VALUE and no NAME$/);
    }
    // The bytes are read as UTF-8, and such a byte as U+FFFD.
    const read = Buffer.from('A=1\nB=\xff\n', 'latin1').toString();
    expect(() => parseVariablesFile(read, '/f')).toThrow(/^line 2 of \/f is not UTF-8$/);
    for (const word of ['', '=x', 'a-b=1', 'a b=1']) expect(() => parseVariables([word], {})).toThrow('NAME=VALUE');
  });
});

test.each([
  [1000, 101000],
  [0, 100000],
  [65534, 5],
])('a user namespace calls %i what the host calls %i', (inside, outside) =>
  expect(insideId('         0     100000      65536\n     70000  200000 1\n', outside)).toBe(inside),
);

describe('cgroup.procs', () => {
  test.each([
    [
      'v1 and hybrid',
      `5:cpu,cpuacct:/docker/x\n1:name=systemd:/docker/x\n0::/docker/x\n9:pids:/docker/x\n`,
      MOUNTINFO,
      ['/sys/fs/cgroup/cpu,cpuacct/docker/x', '/sys/fs/cgroup/systemd/docker/x', '/sys/fs/cgroup/unified/docker/x'],
    ],
    [
      'v2',
      '0::/system.slice/docker-x.scope\n',
      '29 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
      ['/sys/fs/cgroup/system.slice/docker-x.scope'],
    ],
    [
      'from inside a container',
      '0::/docker/me/x\n',
      '29 1 0:26 /docker/me /sys/fs/cgroup rw - cgroup2 cgroup rw',
      ['/sys/fs/cgroup/x'],
    ],
    ['at the root: nothing to join', '0::/\n', MOUNTINFO, []],
  ])('%s', (_, cgroup, mountinfo, folders) => {
    expect(cgroupProcs(parsePlaces(cgroup), parseCgroupMounts(mountinfo))).toEqual(
      folders.map((folder) => `${folder}/cgroup.procs`),
    );
  });
});
