import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { kernelOf } from '../../../../src/host/kernel.ts';
import { cutsLeft, guards, leftStandIns } from '../../../../src/jobs/doctor/left-probes.ts';
import { fakeContext, fakeHost } from '../../fakes.ts';

const HOSTS = 'pid:[4026531836]';
const line = (...words: readonly string[]) => `sh\0-c\0# a script\0${words.join('\0')}\0`;
const stat = (state: string) => `9 (sh) ${state} 1 9 9 0 -1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 4242 0`;

test('guards are known by their name, and only in the pid namespace of dbg', () => {
  const host = fakeHost({
    files: {
      '/proc/10/cmdline': line('dbg-guard', '9'),
      '/proc/10/stat': stat('S'),
      '/proc/11/cmdline': line('dbg-cut', '', '57'),
      '/proc/11/stat': stat('T'),
      '/proc/12/cmdline': line('dbg-guard', '1'),
      '/proc/13/cmdline': line('constructor'),
      '/proc/14/cmdline': 'sleep\0\x39\0',
    },
    links: {
      '/proc/self/ns/pid': HOSTS,
      '/proc/10/ns/pid': HOSTS,
      '/proc/11/ns/pid': HOSTS,
      '/proc/12/ns/pid': 'pid:[4026532999]',
      '/proc/13/ns/pid': HOSTS,
      '/proc/14/ns/pid': HOSTS,
    },
  });
  expect(guards(fakeContext({ host }))).toEqual([
    { pid: 10, kind: 'tool guard', isStopped: false },
    { pid: 11, kind: 'cut guard', isStopped: true },
  ]);
});

const context = (name: unknown, description: unknown) =>
  JSON.stringify({ Name: name, Metadata: { Description: description }, Endpoints: {} });

test('sockets and contexts whose sweeper has gone', () => {
  const made = (id: string) => `made by dbg api (${id}), which removes it`;
  const host = fakeHost({
    files: {
      '/run/user/1000/dbg-api-aaaaaa/docker.sock': '',
      '/run/user/1000/dbg-api-bbbbbb/docker.sock': '',
      '/run/user/1000/dbg-api-notes.txt': '',
      '/run/user/1000/dbg-api-dddddd/nothing to be seen': '',
      [`${tmpdir()}/dbg-api-cccccc/docker.sock`]: '',
      '/home/ann/.docker/contexts/meta/1/meta.json': context('alive', made('11111111')),
      '/home/ann/.docker/contexts/meta/2/meta.json': context('left', made('22222222')),
      '/home/ann/.docker/contexts/meta/3/meta.json': context('foreign', 'production'),
      '/home/ann/.docker/contexts/meta/4/meta.json': '{"Name":',
      '/home/ann/.docker/contexts/meta/5/meta.json': 'null',
      '/home/ann/.docker/contexts/meta/6/meta.json': '{"Name":7,"Metadata":null}',
      '/proc/10/cmdline': line(
        'dbg-sweep',
        '/run/user/1000/dbg-api-aaaaaa/docker.sock',
        '/run/user/1000/dbg-api-aaaaaa',
        'alive',
        made('11111111'),
      ),
    },
    links: { '/proc/self/ns/pid': HOSTS, '/proc/10/ns/pid': HOSTS },
  });
  const ctx = fakeContext({ host, env: { HOME: '/home/ann', XDG_RUNTIME_DIR: '/run/user/1000' } });
  expect(leftStandIns(ctx)).toEqual([
    { kind: 'socket', name: '/run/user/1000/dbg-api-bbbbbb' },
    { kind: 'socket', name: `${tmpdir()}/dbg-api-cccccc` },
    { kind: 'context', name: 'left' },
  ]);
});

test('only root looks for cuts, and nft is not asked where that would load a module', async () => {
  const files = {
    '/proc/sys/kernel/osrelease': '6.1.0\n',
    '/lib/modules/6.1.0/modules.dep': 'kernel/net/netfilter/nf_tables.ko:\n',
  };
  const ran: string[] = [];
  const output = async (argv: readonly string[]) => {
    ran.push(argv.join(' '));
    return argv.includes('lsns') ? '{"namespaces":[]}' : '[]';
  };
  const ctx = fakeContext({ host: { ...fakeHost({ files }), output } });
  expect(await cutsLeft(ctx, await kernelOf(ctx.host), new Map())).toEqual({ marked: [], left: [], doubtful: [] });
  expect(ran.filter((argv) => argv.includes('nft'))).toEqual([]);
  const loaded = fakeContext({
    host: { ...fakeHost({ files: { ...files, '/proc/modules': 'nf_tables 1 0\n' } }), output },
  });
  await cutsLeft(loaded, await kernelOf(loaded.host), new Map());
  expect(ran.filter((argv) => argv.includes('nft')).length).toBe(1);
  const person = fakeContext({ host: fakeHost({ isRoot: false, files }) });
  await expect(cutsLeft(person, await kernelOf(person.host), new Map())).rejects.toThrow('only root may look');
  const silent = new Map([['ip', { found: { kind: 'found', path: 'ip' }, said: '\n' } as const]]);
  await expect(cutsLeft(ctx, await kernelOf(ctx.host), silent)).rejects.toThrow('ip does not answer');
});
