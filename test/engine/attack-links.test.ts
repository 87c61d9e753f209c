import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { dbg, dbgOnTerminal } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

const SHADOW = readFileSync('/etc/shadow', 'utf8').split('\n')[0]!;

/** A container with links by which it would have root's tools read the host's files. */
async function hostile(lab: Lab, more = '') {
  const script = `
    echo inside >/etc/shadow; echo inside >/secret
    ln -s /etc/shadow /etc/app.conf
    ln -s ../../../../../../../../etc/shadow /etc/up.conf
    ln -s /proc/1/root/etc/shadow /etc/proc.conf
    ln -s app.conf /etc/one; ln -s one /etc/two
    ln -s /etc /conf; ln -s / /slash; ln -s .. /parent
    ln -s loop /etc/loop
    mkdir -p /etc/folder; mkfifo /etc/pipe; mknod /etc/device c 1 5
    printf 'red \\033[31m \\302\\233 and \\377 bytes\\n' >/etc/red
    ${more}
    exec sleep 3601`;
  const container = await lab.run('web', { options: ['-w', '/etc'], command: ['sh', '-c', script] });
  // The script has made everything when it has become its last program.
  await expect.poll(() => lab.docker('exec', container, 'cat', '/proc/1/cmdline')).toBe('sleep\u00003601\u0000');
  return container;
}

describe('dbg cat', () => {
  test.for([
    '/etc/app.conf',
    '/etc/up.conf',
    '/etc/proc.conf',
    '/etc/two',
    '/conf/app.conf',
    '/slash/slash/etc/app.conf',
    '/parent/parent/etc/shadow',
    '/../../../etc/shadow',
    '/conf/../../../etc/app.conf',
    'app.conf',
    '../etc/two',
  ])('%s leads to the container’s own file, as in there', async (path, { lab }) => {
    const web = await hostile(lab);
    const { stdout, stderr, exitCode } = await dbg(['cat', web, path]);
    expect([exitCode, stdout], String(stderr)).toEqual([0, 'inside']);
  });

  test('what is no regular file is not opened, and is named; so is what cannot be had', async ({ lab }) => {
    const web = await hostile(lab);
    for (const [path, message] of [
      ['/etc/folder', '/etc/folder of "WEB" is a directory'],
      ['/', '/ of "WEB" is a directory'],
      ['/etc/pipe', 'is a FIFO: only regular files are read'],
      ['/etc/device', 'is a character device: only regular files are read'],
      ['/dev/null', 'is a character device'],
      ['/etc/none', 'there is no such file'],
      ['/etc/app.conf/', 'a file stands where a directory would be'],
      ['/etc/loop', 'more than 40 links'],
      ['/proc/self/environ', 'there is no such file'],
    ] as const) {
      const { stdout, stderr, exitCode } = await dbg(['cat', web, path], { timeout: 60_000 });
      expect([exitCode, stdout], `${path}: ${String(stderr)}`).toEqual([125, '']);
      expect(stderr).toContain(message.replace('WEB', web));
      expect(stderr).not.toContain('unexpected');
    }
    const folder = String((await dbg(['cat', web, '/etc/folder'])).stderr);
    const [, listing = ''] = /what is in it: {2}(.*)$/m.exec(folder) ?? [];
    expect((await execa('sh', ['-c', listing])).stdout).toContain('folder/');
  });

  test('several: what fails holds up no other; usage', async ({ lab }) => {
    const web = await hostile(lab);
    const { stdout, stderr, exitCode } = await dbg(['cat', web, '/etc/app.conf', '/etc/none', '/etc/pipe', 'two']);
    expect([exitCode, stdout]).toEqual([125, 'inside\ninside']);
    expect(stderr).toMatch(/etc\/none.*[^]*etc\/pipe/);
    expect((await dbg(['cat', web, '-'])).exitCode).toBe(2);
    expect((await dbg(['cat', web, '-n', '/etc/app.conf'])).exitCode).toBe(2);
    expect((await dbg(['cat', web])).exitCode).toBe(2);
    expect((await dbg(['cat', web, '--', '/etc/app.conf'])).stdout).toBe('inside');
    expect((await dbg(['cat', 'no-such-container', '/etc/passwd'])).exitCode).toBe(125);
  });

  test('byte for byte, of any size; a reader that leaves; on a terminal escaped', async ({ lab }) => {
    const web = await hostile(lab, 'head -c 40000000 /dev/urandom >/big; truncate -s 3G /sparse');
    const sum = (await lab.docker('exec', web, 'sha256sum', '/big')).split(' ')[0];
    const { stdout } = await dbg(['cat', web, '/big'], {
      encoding: 'buffer',
      maxBuffer: 1e8,
      stripFinalNewline: false,
    });
    expect(
      createHash('sha256')
        .update(stdout as unknown as Uint8Array)
        .digest('hex'),
    ).toBe(sum);
    const dbgLine = `${process.execPath} bin/dbg.js cat ${web}`;
    const script = `set -o pipefail; ${dbgLine} /sparse | head -c 10 | wc -c; echo "\${PIPESTATUS[0]}"`;
    expect((await execa('bash', ['-c', script], { reject: false })).stdout).toBe('10\n141');
    const raw = await dbg(['cat', web, 'red'], { encoding: 'buffer', stripFinalNewline: false });
    expect(Buffer.from(raw.stdout as unknown as Uint8Array).toString('latin1')).toBe(
      'red \u001b[31m \u00c2\u009b and \u00ff bytes\n',
    );
    const terminal = dbgOnTerminal(['cat', web, 'red']);
    await terminal.sees('red \\e[31m \\u009b and \ufffd bytes');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).not.toContain('\u001b[31m');
  });

  test('in an image with no program but its own, and of a paused container', async ({ lab }) => {
    const web = await lab.run('bare', { image: 'distroless', command: ['/bin/sleep', '3600'] });
    const tar = `cd "$0" && mkdir -p etc && echo inside >etc/real && ln -sf /etc/real etc/link && ln -sf /etc/shadow etc/host && tar -c etc | docker cp - ${web}:/`;
    await execa('bash', ['-c', tar, lab.folder]);
    await lab.docker('pause', web);
    lab.cleanUp(() => lab.docker('unpause', web));
    expect((await dbg(['cat', web, '/etc/link'])).stdout).toBe('inside');
    expect((await dbg(['cat', web, '/etc/host'])).exitCode).toBe(125);
  });

  test('a container that exchanges links while dbg looks never leads out', async ({ lab }) => {
    const flip = `(while :; do
      rm -rf /flip; ln -s / /flip; rm -f /flip; mkdir /flip; rmdir /flip; ln -s ../../../.. /flip
      mv /a /etc/a; mv /etc/a /a
    done) 2>/dev/null &
    mkdir /a`;
    const web = await hostile(lab, flip);
    const paths = Array.from({ length: 200 }, () => [
      '/flip/etc/app.conf',
      '/a/../etc/shadow',
      '/etc/a/../../../etc/shadow',
    ]);
    const { stdout } = await dbg(['cat', web, ...paths.flat()]);
    expect(stdout).not.toContain(SHADOW);
    expect(new Set(String(stdout).split('\n'))).toEqual(new Set(['inside']));
  });
});

describe('$DBG_ROOT', () => {
  test('where it is offered, the trap is said, with the way round it', async ({ lab }) => {
    const web = await hostile(lab);
    for (const verb of ['shell', 'exec']) {
      const { stdout } = await dbg([verb, '--help']);
      expect(stdout).toMatch(/\$DBG_ROOT[^]*leads to the HOST[^]*dbg cat/);
    }
    const terminal = dbgOnTerminal(['shell', web], { SHELL: '/bin/bash' });
    await terminal.sees(/its files: \$DBG_ROOT \(an absolute link in it leads to the\s+HOST's: dbg cat\)/);
    terminal.type('exit\r');
    await terminal.ended;
  });

  test('df of its root and of a volume, and stat -f of a tmpfs', async ({ lab }) => {
    const web = await lab.run('web', { options: ['-v', `${lab.folder}:/data`, '--tmpfs', '/t:size=5m'] });
    const script = 'df "$DBG_ROOT" "$DBG_ROOT/data" && stat -f -c %T "$DBG_ROOT/t"';
    const { stdout, stderr, exitCode } = await dbg(['exec', web, 'sh', '-c', script]);
    expect(exitCode, String(stderr)).toBe(0);
    expect(stdout).toMatch(/overlay[^]*\ntmpfs$/);
  });
});
