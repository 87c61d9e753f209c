import {
  chmodSync,
  chownSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { dbg, firstLine, says, sleep } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { person } from './support/person.ts';

// Files that dbg writes, where another user owns the folder, or what stands there. None of root's is written, none of theirs gets what root records.

const SECRET = 'only root reads this\n';
const ANN = 4242;

/** A folder of ann's, and a file that only root may read and write. */
function places(lab: Lab) {
  chmodSync(lab.folder, 0o755);
  const [hers, roots] = [join(lab.folder, 'hers'), join(lab.folder, 'roots')];
  mkdirSync(roots, { mode: 0o700 });
  mkdirSync(hers);
  chownSync(hers, ANN, ANN);
  const secret = join(roots, 'secret');
  writeFileSync(secret, SECRET, { mode: 0o600 });
  return { hers, roots, secret, isKept: () => readFileSync(secret, 'utf8') === SECRET };
}

const asAnn = (...argv: readonly string[]) =>
  execa('setpriv', ['--reuid', String(ANN), '--regid', String(ANN), '--clear-groups', ...argv], { reject: false });

/** Every way in which dbg fills a file that is named. They end by themselves. */
const FILLING: readonly (readonly [string, (container: string, path: string) => readonly string[]])[] = [
  ['tcpdump -w', (container, path) => ['tcpdump', container, '-c', '1', '-w', path]],
  ['api record', (_, path) => ['api', 'record', path, '--', 'docker', 'version']],
  [
    'api share --audit',
    (_, path) => ['api', 'share', '--for', '200ms', '--listen', 'tcp:127.0.0.1:0', '--read-only', '--audit', path],
  ],
];

async function pinging(lab: Lab): Promise<string> {
  return lab.run('c', { command: ['ping', '127.0.0.1'] });
}

describe.each(FILLING)('root: %s', (_, argsOf) => {
  // What another user can put in the place of a file in a folder of hers.
  test('writes through nothing that another user put there', async ({ lab }) => {
    const container = await pinging(lab);
    const { hers, roots, secret, isKept } = places(lab);
    await asAnn('ln', '-s', secret, join(hers, 'link'));
    await asAnn('ln', '-s', join(roots, 'new'), join(hers, 'dangling'));
    await asAnn('ln', '-s', roots, join(hers, 'folder'));
    await asAnn('mkfifo', join(hers, 'fifo'));
    await asAnn('sh', '-c', `>'${hers}/file'; chmod 666 '${hers}/file'`);
    // fs.protected_hardlinks may be off.
    linkSync(secret, join(hers, 'hard'));
    const reader = asAnn('cat', join(hers, 'fifo'));
    for (const name of [
      'link',
      'dangling',
      'folder/secret',
      'folder/new',
      'fifo',
      'file',
      'hard',
      './/link',
      '../hers/link',
    ]) {
      const { exitCode, stderr } = await dbg(argsOf(container, join(hers, name)), { timeout: 60_000 });
      expect([name, exitCode, stderr]).toEqual([name, 125, expect.stringMatching(/nothing is written into it/)]);
    }
    expect([isKept(), readdirSync(roots), statSync(join(hers, 'file')).size]).toEqual([true, ['secret'], 0]);
    reader.kill();
    expect((await reader).stdout).toBe('');
  });

  test('nor through what is exchanged while it looks', async ({ lab }) => {
    const container = await pinging(lab);
    const { hers, roots, isKept } = places(lab);
    await asAnn('sh', '-c', `cd '${hers}' && ln -s '${roots}' link && mkdir d`);
    const exchanger = asAnn(process.execPath, '-e', EXCHANGE, hers);
    await firstLine(exchanger);
    for (let turn = 0; turn < 6; turn++) {
      await dbg(argsOf(container, join(hers, 'd', `secret`)), { timeout: 60_000 });
      await dbg(argsOf(container, join(hers, 'd', `new${turn}`)), { timeout: 60_000 });
    }
    exchanger.kill('SIGKILL');
    await exchanger;
    expect([isKept(), readdirSync(roots)]).toEqual([true, ['secret']]);
  });

  test("writes in another user's folder, where nothing is in the way, and over what is root's there", async ({
    lab,
  }) => {
    const container = await pinging(lab);
    const { hers } = places(lab);
    const path = join(hers, 'new');
    const { exitCode, stderr } = await dbg(argsOf(container, path), { timeout: 60_000 });
    expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('nothing is written')]);
    expect([statSync(path).uid, statSync(path).size > 0]).toEqual([0, true]);
  });
});

/** A name is now a folder of ann's, now a link to one of root's. */
const EXCHANGE = `
const { renameSync } = require('node:fs');
process.chdir(process.argv[1]);
console.log('ready');
for (;;) {
  renameSync('d', 'folder');
  renameSync('link', 'd');
  renameSync('d', 'link');
  renameSync('folder', 'd');
}`;

describe('a person with sudo', () => {
  /** The file's name is now a FIFO, now a link to what only root may write. */
  const FLIP = `
const { renameSync, symlinkSync, unlinkSync, linkSync } = require('node:fs');
process.chdir(process.argv[1]);
console.log('ready');
for (;;) {
  symlinkSync(process.argv[2], 'next');
  renameSync('next', 'p');
  linkSync('fifo', 'next');
  renameSync('next', 'p');
}`;

  test('does not write to a file of root alone, whose link comes in the place of a FIFO', async ({ lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    const container = await pinging(lab);
    const { hers, secret, isKept } = places(lab);
    await asAnn('mkfifo', join(hers, 'fifo'));
    const flipper = asAnn(process.execPath, '-e', FLIP, hers, secret);
    await firstLine(flipper);
    for (let turn = 0; turn < 8; turn++) {
      const [file = '', ...args] = ann.dbg('tcpdump', container, '-c', '1', '-w', join(hers, 'p'));
      await execa(file, args, { reject: false, stdin: 'ignore', timeout: 5_000 });
    }
    flipper.kill('SIGKILL');
    await flipper;
    expect(isKept()).toBe(true);
  });

  test.for(FILLING)('%s: writes what she may write, in her name', async ([, argsOf], { lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    const container = await pinging(lab);
    const { hers, roots, secret, isKept } = places(lab);
    const sudo = (path: string) => {
      const argv = ann.dbg(...argsOf(container, path));
      const [file = '', ...args] = argv.toSpliced(
        argv.indexOf(process.execPath),
        0,
        'sudo',
        '--preserve-env=DOCKER_CONFIG',
      );
      return execa(file, args, { reject: false, stdin: 'ignore', timeout: 20_000 });
    };
    symlinkSync(secret, join(hers, 'link'));
    for (const path of [secret, join(roots, 'new'), join(hers, 'link')]) {
      const { exitCode, stderr } = await sudo(path);
      expect([exitCode, stderr]).toEqual([125, expect.stringMatching(/permission denied/)]);
    }
    expect([isKept(), readdirSync(roots)]).toEqual([true, ['secret']]);
    const mine = join(hers, 'mine');
    const { exitCode, stderr } = await sudo(mine);
    expect([exitCode, statSync(mine).uid], stderr).toEqual([0, ANN]);
  });
});

describe('a FIFO', () => {
  test.for(FILLING)(
    '%s: that nobody reads is waited for, and that is said; Ctrl-C ends it',
    async ([, argsOf], { lab }) => {
      const container = await pinging(lab);
      const fifo = join(lab.folder, 'fifo');
      await execa('mkfifo', ['-m', '600', fifo]);
      const left = dbg(argsOf(container, fifo));
      await says(left, `${fifo} is a FIFO: waiting for a program that reads it`);
      left.kill('SIGINT');
      const { signal, exitCode } = await left;
      expect(signal ?? exitCode).toEqual(signal ? 'SIGINT' : 130);
      const running = dbg(argsOf(container, fifo));
      await says(running, `${fifo} is a FIFO: waiting for a program that reads it`);
      await sleep(200);
      const { stdout } = await execa('cat', [fifo], { encoding: 'buffer' });
      expect([(await running).exitCode, stdout.length > 20]).toEqual([0, true]);
    },
  );
});

describe('a file for its owner alone (api record, api share --audit)', () => {
  test.for(FILLING.slice(1))(
    '%s: none that others may use is taken, and none loses a byte',
    async ([, argsOf], { lab }) => {
      for (const [mode, text] of [
        [0o666, ''],
        [0o644, ''],
        [0o620, ''],
        [0o666, 'before\n'],
      ] as const) {
        const path = join(lab.folder, `f${mode}${text.length}`);
        writeFileSync(path, text);
        chmodSync(path, mode);
        const { exitCode, stderr } = await dbg(argsOf('', path), { timeout: 60_000 });
        expect([exitCode, stderr]).toEqual([125, expect.stringContaining(`${path} exists, and `)]);
        expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual([text, mode]);
      }
      const path = join(lab.folder, 'own');
      writeFileSync(path, '', { mode: 0o600 });
      expect((await dbg(argsOf('', path))).exitCode).toBe(0);
      expect([statSync(path).size > 0, statSync(path).mode & 0o777]).toEqual([true, 0o600]);
    },
  );
});

describe("root's socket in the engine's place", () => {
  test('is made in no folder that another user can exchange', async ({ lab }) => {
    const { hers } = places(lab);
    for (const [env, args] of [
      [{}, ['--listen', `unix:${hers}/docker.sock`]],
      [{}, ['--listen', `unix:${hers}/../hers/docker.sock`]],
    ] as const) {
      const { exitCode, stderr } = await dbg(['api', 'snoop', ...args, '--', 'docker', 'version'], { env });
      expect([exitCode, stderr]).toEqual([125, expect.stringContaining('others could put a socket of theirs')]);
    }
    const { stdout } = await dbg(['api', 'snoop', '--', 'sh', '-c', 'echo "$DOCKER_HOST"'], {
      env: { XDG_RUNTIME_DIR: hers },
    });
    expect(stdout).not.toContain(hers);
    expect(readdirSync(hers)).toEqual([]);
  });
});

describe("root's dbg from code that another user may change", () => {
  const run = (top: string, ...args: readonly string[]) =>
    execa(process.execPath, [join(top, 'dbg/bin/dbg.js'), ...args], { reject: false, stdin: 'ignore' });

  function copy(lab: Lab): string {
    chmodSync(lab.folder, 0o755);
    const top = join(lab.folder, 'top');
    for (const part of ['bin', 'dist', 'package.json']) cpSync(part, join(top, 'dbg', part), { recursive: true });
    return top;
  }

  test('says so, in one line, whichever file or folder it is', async ({ lab }) => {
    const top = copy(lab);
    expect((await run(top, '--help')).stderr).toBe('');
    const cache = `dbg/dist/main-${process.version}-${process.arch}.cache`;
    for (const file of [
      '',
      'dbg',
      'dbg/bin',
      'dbg/bin/dbg.js',
      'dbg/dist',
      'dbg/dist/main.js',
      'dbg/dist/entry.js',
      'dbg/dist/execa.js',
      'dbg/dist/page',
      cache,
    ]) {
      const path = join(top, file);
      const { mode } = statSync(path);
      const line = (who: string) =>
        `dbg: ${who} can change ${join(path)}, from which root runs dbg here, and so become root`;
      chownSync(path, ANN, ANN);
      expect((await run(top, '--help')).stderr).toBe(line(`user ${ANN}`));
      chownSync(path, 0, 0);
      chmodSync(path, 0o777);
      expect((await run(top, '--help')).stderr).toBe(line('everybody'));
      chmodSync(path, mode);
    }
    expect((await run(top, '--help')).stderr).toBe('');
  });

  test('not to Wireshark and to a shell that completes; nor of a folder such as /tmp, or a group that nobody is in', async ({
    lab,
  }) => {
    const top = copy(lab);
    chownSync(join(top, 'dbg'), 0, 50);
    chmodSync(join(top, 'dbg'), 0o2775);
    chmodSync(top, 0o1777);
    expect(readFileSync('/etc/group', 'utf8')).toMatch(/^staff:x:50:$/m);
    expect((await run(top, '--help')).stderr).toBe('');
    chmodSync(join(top, 'dbg'), 0o777);
    expect((await run(top, 'extcap', '--extcap-dlts')).stderr).toBe('');
    expect((await run(top, '__complete', '--', 'ex')).stderr).toBe('');
    expect((await run(top, 'ps', 'none')).stderr).toContain('dbg: everybody can change');
  });
});
