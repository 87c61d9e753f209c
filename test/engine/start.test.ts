import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { test } from './support/lab.ts';

// What a start costs, counted and not timed: the programs that it starts, and the files of dist/
// that it reads. `npm run bench -- start` has the times.

/** Runs dbg under strace, and gives the programs that were started and the files of dist/ opened. */
async function traced(folder: string, argv: readonly string[]) {
  const trace = join(folder, 'trace');
  const line = ['-f', '-qq', '-e', 'trace=execve,openat', '-e', 'status=successful', '-o', trace, '--'];
  const { stdout } = await execa('strace', [...line, process.execPath, 'bin/dbg.js', ...argv]);
  const all = readFileSync(trace, 'utf8');
  const first = (pattern: RegExp) => [...all.matchAll(pattern)].map(([, path]) => basename(path!));
  return {
    stdout,
    programs: first(/ execve\("([^"]+)"/g)
      .slice(1)
      .toSorted(),
    files: first(/ openat\([^"]*"([^"]*\/dist\/[^"/]+\.(?:js|cache))"/g).toSorted(),
  };
}

const cache = (bundle: string) => `${bundle}-${process.version}-${process.arch}.cache`;
const ENTRY = [cache('entry'), 'entry.js'];

test('exec starts the tool, the way to it, a guard and a witness, and reads one small bundle', async ({ lab }) => {
  const web = await lab.run('web');
  const { programs, files } = await traced(lab.folder, ['exec', web, 'true']);
  // sh: the entry script, the guard, the witness. mount: the folder of the view, and the view.
  expect(programs).toEqual(['mount', 'mount', 'nsenter', 'sh', 'sh', 'sh', 'true', 'unshare']);
  expect(files).toEqual(ENTRY);
});

test('exec --host-view mounts nothing', async ({ lab }) => {
  const web = await lab.run('web');
  const { programs } = await traced(lab.folder, ['exec', '--host-view', web, 'true']);
  expect(programs).toEqual(['nsenter', 'sh', 'sh', 'sh', 'true']);
});

test('completion of words of exec starts nothing, and reads the same bundle', async ({ lab }) => {
  const web = await lab.run('web');
  const { stdout, programs, files } = await traced(lab.folder, ['__complete', '--', 'exec', web.slice(0, -1)]);
  expect(stdout).toContain(web);
  expect([programs, files]).toEqual([[], ENTRY]);
});

test('veth CTR starts what looks, and reads its own bundle, and execa', async ({ lab }) => {
  const web = await lab.run('web');
  const { programs, files } = await traced(lab.folder, ['veth', web]);
  expect(files).toEqual([cache('execa'), 'execa.js', cache('veth'), 'veth.js'].toSorted());
  const counted = Object.fromEntries(
    ['ip', 'lsns', 'ethtool'].map((name) => [name, programs.filter((each) => each === name).length]),
  );
  expect(counted).toEqual({ ip: 2, lsns: 2, ethtool: 1 });
});

test.for([['top'], ['stats']])('%s starts nothing, and reads its own bundle', async ([verb], { lab }) => {
  const web = await lab.run('web');
  const { stdout, programs, files } = await traced(lab.folder, [verb!, '--no-stream', web]);
  expect(stdout).toContain(web.slice(0, 12));
  expect([programs, files]).toEqual([[], [cache('top'), 'top.js']]);
});

test('the bundles stay small', () => {
  const size = (bundle: string) => readFileSync(`dist/${bundle}.js`).length;
  expect(size('entry')).toBeLessThan(350_000);
  expect(size('veth')).toBeLessThan(422_000);
  expect(size('top')).toBeLessThan(340_000);
});
