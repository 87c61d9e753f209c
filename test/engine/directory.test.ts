import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { DBG } from './support/dbg.ts';
import { type Lab, test } from './support/lab.ts';
import { person } from './support/person.ts';

/**
 * dbg as a person has it at a prompt, in a mount namespace of the test's own: in folder `g`, to which something happens before. $dbg is dbg,
 * $file a file in the folder that is meant, `own`.
 */
async function inFolder(lab: Lab, what: string, line: string) {
  const folder = join(lab.folder, 'g');
  mkdirSync(folder);
  writeFileSync(join(folder, 'own'), 'own');
  const script = `dbg="$1 $2"; cd "$3/g"; ${what}; ${line}`;
  const argv = ['unshare', '-m', '--propagation', 'private', 'bash', '-c', script, 'bash'];
  return execa(argv[0]!, [...argv.slice(1), process.execPath, resolve(DBG), lab.folder], { reject: false });
}

const REMOVED = 'rm own; rmdir ../g';
const HAPPENS = [
  ['renamed', 'mv ../g ../other'],
  ['renamed, and another one has its name', 'mv ../g ../other; mkdir ../g; echo no >../g/own'],
  ['mounted over', 'mount -t tmpfs tmpfs ../g; echo no >../g/own'],
  ['unmounted', 'mount -t tmpfs tmpfs ../g; cd ../g; echo -n own >own; umount -l ../g'],
  ['with a name that is not UTF-8', "mv ../g $'../n\\xff'"],
] as const;

describe('the directory that dbg was started in is the tool’s, though it was', () => {
  test.for(HAPPENS)('%s', async ([, what], { lab }) => {
    const { stdout, stderr, exitCode } = await inFolder(lab, what, `$dbg exec ${await lab.run()} cat own`);
    expect([exitCode, stdout, stderr]).toEqual([0, 'own', '']);
  });

  test('removed: it is empty, and not the root of the host', async ({ lab }) => {
    const line = `$dbg exec ${await lab.run()} find . ; $dbg exec ${lab.name()} bash -c 'echo a*; [ . -ef / ]'`;
    const { stdout, stderr, exitCode } = await inFolder(lab, REMOVED, line);
    expect([exitCode, stdout, stderr]).toEqual([1, '.\na*', '']);
  });

  test('removed, at a prompt and for a relative -w', async ({ lab }) => {
    const container = await lab.run();
    const line = `$dbg shell ${container} -- find . ; $dbg exec -w sub ${container} find .`;
    const { stdout, stderr, exitCode } = await inFolder(lab, REMOVED, line);
    expect([exitCode, stdout]).toEqual([125, '.']);
    expect(stderr).toContain('there is no directory sub; nothing was run');
  });
});

test('a tool that the container sees goes there by its path', async ({ lab }) => {
  const container = await lab.run();
  const line = `$dbg exec --ns net,pid ${container} cat own`;
  expect(await inFolder(lab, ':', line)).toMatchObject({ exitCode: 0, stdout: 'own' });
});

describe('and what the container sees is not run where the path leads elsewhere, which was', () => {
  test.for([['removed', REMOVED] as const, ...HAPPENS.slice(2)])('%s', async ([, what], { lab }) => {
    const line = `$dbg exec --ns net,pid ${await lab.run()} find .`;
    const { stdout, stderr, exitCode } = await inFolder(lab, what, line);
    expect([exitCode, stdout]).toEqual([125, '']);
    expect(stderr).toContain('nothing was run');
  });
});

test('through sudo', async ({ lab }) => {
  const container = await lab.run();
  const ann = await person(lab, { mayUseSudo: true });
  const [file = '', ...args] = ann.dbg('exec', container, 'bash', '-c', 'echo a*; [ . -ef / ]');
  // What begins in the person's home goes on where that was.
  const inside = args.map((word) =>
    word.replace('env -C "$HOME"', 'sh -c \'mkdir "$HOME/g"; cd "$HOME/g"; rmdir ../g; exec "$@"\' sh'),
  );
  const { stdout, exitCode } = await execa(file, inside, { reject: false });
  expect([exitCode, stdout]).toEqual([1, 'a*']);
});

test('tcpdump, strace and a command of snoop', async ({ lab }) => {
  const container = await lab.run();
  const line = `
    $dbg exec ${container} ping -c 2 127.0.0.1 >/dev/null &
    $dbg tcpdump ${container} -c 1 -w x.pcap; echo "$?"
    $dbg tcpdump ${container} -c 1 -F filter; echo "$?"
    $dbg strace ${container} -o trace -- true; echo "$?"
    $dbg api snoop -- find . ; echo "$?"
    $dbg api snoop --listen unix:sock -- find . ; echo "$?"
    $dbg api record rec -- true; echo "$?"
    ls -a`;
  const { stdout } = await inFolder(lab, REMOVED, line);
  expect(stdout.split('\n')).toEqual(['125', '1', '1', '125', '125', '125']);
  for (const name of ['x.pcap', 'trace', 'sock', 'rec']) {
    expect(() => readFileSync(`/${name}`), name).toThrow('ENOENT');
  }
});

test("in the host's /sys it is the container's", async ({ lab }) => {
  const container = await lab.run();
  const { stdout } = await inFolder(
    lab,
    'cd /sys/class/net',
    `$dbg exec ${container} ls; $dbg exec -w ../net ${container} ls`,
  );
  expect(stdout).toBe('eth0\nlo\neth0\nlo');
});

test('$PWD and $OLDPWD are as the person has them', async ({ lab }) => {
  const container = await lab.run();
  const line = `mkdir sub; ln -s sub link; cd link; $dbg exec ${container} bash -c 'echo "\${PWD##*/} \${OLDPWD##*/}"'`;
  expect(await inFolder(lab, ':', line)).toMatchObject({ stdout: 'link g' });
});
