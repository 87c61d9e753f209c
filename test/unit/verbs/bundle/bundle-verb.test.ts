import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import type { CreatedFile } from '../../../../src/host/host-files.ts';
import { folderName } from '../../../../src/verbs/bundle/bundle-verb.ts';
import { container, fakeContext, fakeEngine, fakeHost } from '../../fakes.ts';

const WEB = container({ state: { status: 'exited', pid: 0, finishedAt: 1 }, env: ['DB_PASSWORD=hunter22'] });

/** A host whose files are in memory. `failure` is what a write comes to. */
function hostWith(there: readonly string[] = [], failure?: Error) {
  const files = new Map<string, Buffer>(there.map((path) => [path, Buffer.alloc(0)]));
  const modes: (number | undefined)[] = [];
  const host = {
    ...fakeHost(),
    exists: (path: string) => files.has(path),
    create: async (path: string, _person: unknown, { mode }: { mode?: number } = {}) => {
      files.set(path, Buffer.alloc(0));
      modes.push(mode);
      return {
        write: async (parts: readonly Buffer[]) => {
          files.set(path, Buffer.concat([files.get(path)!, ...parts]));
          return { written: 0, error: failure };
        },
        close: async () => undefined,
      } as unknown as CreatedFile;
    },
    remove: (path: string) => void files.delete(path),
    settle: async (path: string, name: string) => {
      if (files.has(name)) throw Object.assign(new Error('there'), { code: 'EEXIST' });
      files.set(name, files.get(path)!);
      files.delete(path);
    },
  };
  return { host, files, modes };
}

const engine = {
  ...fakeEngine([WEB]),
  lastLines: async () => ['it begins', 'with hunter22'],
  history: async () => [{ action: 'exec_start: sh -c "mysql --password=opensesame"', time: 0, exitCode: undefined }],
};
const context = (args: readonly string[], host = hostWith().host) =>
  fakeContext({ args: ['bundle', ...args], host, containers: [WEB], engine: async () => engine });

test('a container that does not run: what can be had is written, and what cannot is said', async () => {
  const { host, files, modes } = hostWith();
  const ctx = context(['web', '-o', 'a.tar.gz'], host);
  expect(await run(ctx)).toBe(0);
  expect(ctx.printed.out).toBe('a.tar.gz\n');
  expect(ctx.printed.err).toMatch(/^dbg: not in it: .*processes.*\(container "web" is not running/m);
  expect([...files.keys()]).toEqual(['a.tar.gz']);
  expect(modes).toEqual([0o600]);
  const text = gunzipSync(files.get('a.tar.gz')!).toString('utf8');
  expect(text).toContain('with [redacted]\n');
  expect(text).not.toMatch(/hunter22|opensesame/);
});

test('without -o, the name tells container and time', async () => {
  const { host, files } = hostWith();
  const ctx = context(['web'], host);
  expect(await run(ctx)).toBe(0);
  expect([...files.keys()]).toEqual(['dbg-web-20260101T000300Z.tar.gz']);
});

test.each([
  ['web', 'dbg-web-19700101T000000Z'],
  ['../a b\u001b', 'dbg-.._a_b_-19700101T000000Z'],
  ['x'.repeat(300), `dbg-${'x'.repeat(40)}-19700101T000000Z`],
])('the folder of %j', (name, folder) => {
  expect(folderName(name, 0)).toBe(folder);
});

test('a file that is there is never written over', async () => {
  const { host, files } = hostWith(['a.tar.gz']);
  const ctx = context(['web', '-o', 'a.tar.gz'], host);
  expect(await run(ctx)).toBe(125);
  expect(ctx.printed.err).toContain('a.tar.gz exists, and a bundle is never written over');
  expect(files.get('a.tar.gz')).toHaveLength(0);
});

test('a file of that name that appears meanwhile stays as it is', async () => {
  const { host, files } = hostWith();
  const ctx = context(['web', '-o', 'a.tar.gz'], {
    ...host,
    settle: async (path: string, name: string) => {
      files.set(name, Buffer.from('other'));
      await host.settle(path, name);
    },
  });
  expect(await run(ctx)).toBe(125);
  expect([...files]).toEqual([['a.tar.gz', Buffer.from('other')]]);
});

test('on a full disk nothing is left', async () => {
  const { host, files } = hostWith([], Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));
  const ctx = context(['web', '-o', 'a.tar.gz'], host);
  expect(await run(ctx)).toBe(125);
  expect(ctx.printed.err).toContain('no space left for a.tar.gz');
  expect([...files.keys()]).toEqual([]);
});

test('interrupted: nothing is left, and the exit code tells the signal', async () => {
  const { host, files } = hostWith();
  const ctx = context(['web', '-o', 'a.tar.gz'], {
    ...host,
    signalled: () => ({ first: Promise.resolve('SIGINT' as const), stop: () => undefined }),
  });
  expect(await run(ctx)).toBe(130);
  expect(ctx.printed.err).toContain('no bundle was written');
  expect([...files.keys()]).toEqual([]);
});

test.each([
  [['web', '--capture', 'soon'], '--capture takes a time'],
  [['web', '--capture', '11m'], '--capture takes a time'],
  [['web', '-o', '-'], '-o takes the name of a file'],
  [[], 'which container?'],
])('dbg bundle %j is wrong usage', async (args, said) => {
  const ctx = context(args);
  expect(await run(ctx)).toBe(2);
  expect(ctx.printed.err).toContain(said);
});
