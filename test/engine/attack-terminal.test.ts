import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { DBG, dbg, dbgRedirected, onTerminal, sleep } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { person } from './support/person.ts';

/** What a program of an image may and may not: the lines of its own status, and docker exec's beside them. */
const RIGHTS = 'grep -E "^(Uid|Gid|Groups|Cap|NoNewPrivs)" /proc/self/status | tr -s " \\t" " "';
const USUAL = ['exec', '--all'];

describe("a program of the image has the container's rights", () => {
  test.for([
    ['as docker gives them', []],
    ['fewer capabilities', ['--cap-drop', 'ALL', '--cap-add', 'CHOWN']],
    ['more capabilities', ['--cap-add', 'NET_ADMIN', '--cap-add', 'SYS_PTRACE']],
    ['the most powerful one', ['--cap-add', 'SYS_ADMIN']],
    ['another user', ['--user', '1000:7', '--group-add', '20']],
    ['no-new-privileges', ['--security-opt', 'no-new-privileges']],
    ["the host's pid namespace", ['--pid', 'host']],
  ] as const)('%s', async ([, options], { lab }) => {
    const name = await lab.run('c', { options });
    const dockers = await lab.docker('exec', name, 'sh', '-c', RIGHTS);
    for (const way of [
      [...USUAL, name],
      ['exec', '--ns', 'mnt', name],
      ['exec', '--ns', 'net,mnt,pid', '--caps', 'container', name],
      ['strace', name, '-o', '/dev/null', '--'],
    ]) {
      expect([way, (await dbg([...way, 'sh', '-c', RIGHTS])).stdout]).toEqual([way, dockers]);
    }
  });

  test('its cgroup too, and no seccomp filter: said, with what has one', async ({ lab }) => {
    const name = await lab.run('c');
    const cgroup = await lab.docker('exec', name, 'cat', '/proc/self/cgroup');
    const { stdout, stderr } = await dbg([...USUAL, name, 'cat', '/proc/self/cgroup']);
    expect(stdout).toBe(cgroup);
    expect(stderr).toBe(
      `dbg: the program runs without the seccomp filter of ${name}, which only the engine can set; let the engine run it:  docker exec ${name} …`,
    );
    const unconfined = await lab.run('u', { options: ['--security-opt', 'seccomp=unconfined'] });
    expect((await dbg([...USUAL, unconfined, 'true'])).stderr).toBe('');
    const own = await dbg([...USUAL, '--no-cgroup', name, 'cat', '/proc/self/cgroup']);
    expect(own.stdout).toBe(readFileSync('/proc/self/cgroup', 'utf8').trimEnd());
  });

  test('what its own call may not, strace -- and exec --all may not', async ({ lab }) => {
    const name = await lab.run('c', { options: ['--cap-drop', 'CHOWN'] });
    await lab.docker('exec', name, 'touch', '/tmp/f');
    for (const way of [
      ['strace', name, '-o', '/dev/null', '--'],
      [...USUAL, name],
      ['shell', '--all', name, '--'],
    ]) {
      const { exitCode, stderr } = await dbg([...way, 'chown', '1', '/tmp/f']);
      expect([way, exitCode, stderr]).toEqual([way, 1, expect.stringContaining('Operation not permitted')]);
    }
    expect((await dbg([...USUAL, '--full-rights', name, 'chown', '1', '/tmp/f'])).exitCode).toBe(0);
  });

  test("--full-rights are root's, and its help says what that gives away", async ({ lab }) => {
    const name = await lab.run('c');
    const { stdout } = await dbg([...USUAL, '--full-rights', name, 'sh', '-c', 'grep CapEff /proc/self/status']);
    expect(stdout).toBe(/^CapEff.*$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[0]);
    expect((await dbg(['exec', '--help'])).stdout).toMatch(/--full-rights {2,}[^]*a\s+hostile image gets your host/);
  });
});

describe('it holds nothing of the person’s', () => {
  const fds = 'for f in /proc/self/fd/*; do readlink $f; done; [ -t 0 ] && echo tty';

  test('no file, no terminal, no descriptor that the shell left open', async ({ lab }) => {
    const name = await lab.run('c');
    const [list, out] = [join(lab.folder, 'in'), join(lab.folder, 'out')];
    writeFileSync(list, 'in');
    for (const way of [
      [...USUAL, name],
      [...USUAL, '--full-rights', name],
      ['strace', name, '-o', '/dev/null', '--'],
    ]) {
      const redirections = `4</etc/shadow 9</etc/passwd 20</etc 200</etc/shadow <${list} >${out} 2>/dev/null`;
      await dbgRedirected([...way, 'sh', '-c', fds], redirections);
      const links = readFileSync(out, 'utf8').split('\n').filter(Boolean);
      expect([way, links]).toEqual([
        way,
        [...Array.from({ length: 3 }, () => expect.stringMatching(/^pipe:/) as unknown), '/proc/self/fd'].slice(
          0,
          links.length,
        ),
      ]);
    }
  });

  test('what goes through is what went in: 5 MB, and its end', async ({ lab }) => {
    const name = await lab.run('c');
    const [from, to] = [join(lab.folder, 'from'), join(lab.folder, 'to')];
    writeFileSync(from, Buffer.alloc(5_000_000, 'dbg\0\n'));
    expect((await dbgRedirected([...USUAL, name, 'cat'], `<${from} >${to}`)).exitCode).toBe(0);
    expect(readFileSync(to).equals(readFileSync(from))).toBe(true);
  });

  test('> log 2>&1: in the order in which it was written', async ({ lab }) => {
    const log = join(lab.folder, 'log');
    const script = 'for i in 1 2 3 4 5 6 7 8; do echo out $i; echo err $i >&2; done';
    await dbgRedirected([...USUAL, await lab.run('c'), 'sh', '-c', script], `>${log} 2>&1`);
    const lines = readFileSync(log, 'utf8').split('\n').slice(1, -1);
    expect(lines).toEqual([1, 2, 3, 4, 5, 6, 7, 8].flatMap((i) => [`out ${i}`, `err ${i}`]));
  });

  test('a reader that leaves, a full disk: said, and it ends', async ({ lab }) => {
    const name = await lab.run('c');
    const line = `"$@" yes | head -1`;
    const { stdout } = await execa('bash', ['-c', line, 'bash', process.execPath, DBG, ...USUAL, name]);
    expect(stdout).toBe('y');
    const full = await dbgRedirected([...USUAL, name, 'yes'], '>/dev/full');
    expect(full.stderr).toContain('dbg: the output cannot be written: No space left on device');
    expect(full.exitCode).not.toBe(0);
  });
});

/** A container with the host's perl in it, to do what a hostile program would. */
const withPerl = (lab: Lab, options: readonly string[] = []) =>
  lab.run('c', { options: [...['usr', 'lib', 'lib64'].flatMap((dir) => ['-v', `/${dir}:/${dir}:ro`]), ...options] });

/** Types a line into whatever is its terminal, in every way that there is. */
const TYPE = `
open my $tty, "+<", "/dev/tty";
for my $to (\\*STDIN, \\*STDOUT, \\*STDERR, $tty) {
  ioctl($to, 0x540E, my $steal = 1);
  for my $char (split //, "touch $ARGV[0]\\n") { ioctl($to, 0x5412, my $byte = $char) }
}
print "typed\\n";`;

describe('what it types into its terminal is not typed into the shell behind dbg', () => {
  const WAYS: readonly (readonly string[])[] = [
    ['exec', '--all'],
    ['shell', '--all'],
    ['exec', '--all', '--full-rights'],
    ['exec', '--ns', 'net,mnt'],
    ['strace'],
  ];
  const words = (way: readonly string[], name: string, file: string) => [
    ...way,
    name,
    ...(way[0] === 'exec' ? [] : [...(way[0] === 'strace' ? ['-o', '/dev/null'] : []), '--']),
    'perl',
    '-e',
    TYPE,
    file,
  ];

  test.for([
    ['as root', []],
    ['as root, before a container with SYS_ADMIN', ['--cap-add', 'SYS_ADMIN', '--security-opt', 'seccomp=unconfined']],
  ] as const)('%s', async ([, options], { lab }) => {
    const name = await withPerl(lab, options);
    const file = join(lab.folder, 'typed');
    for (const way of WAYS) {
      const shell = onTerminal(['bash', '--norc', '-i'], { PS1: 'shell> ' });
      await shell.sees('shell> ');
      writeFileSync(join(lab.folder, 'run'), `exec "$0" "$@"\n`);
      const line = [process.execPath, DBG, ...words(way, name, file)].map((word) => `'${word}'`).join(' ');
      writeFileSync(join(lab.folder, 'line'), `${line}\n`);
      shell.type(`. ${join(lab.folder, 'line')}\r`);
      await shell.sees(/typed/);
      await shell.sees('shell> ');
      shell.type('echo the end\r');
      await shell.sees(/\n\r?the end/);
      expect([way, existsSync(file)]).toEqual([way, false]);
      shell.type('exit\r');
      await shell.ended;
    }
  });

  test('as another user, through sudo', async ({ lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    chmodSync(lab.folder, 0o777);
    const name = await withPerl(lab);
    const file = join(lab.folder, 'typed');
    for (const way of WAYS) {
      const shell = onTerminal(ann.dbg(...words(way, name, file)));
      await shell.sees(/typed/);
      expect([way, await shell.ended]).toEqual([way, 0]);
      await sleep(50);
      expect(existsSync(file)).toBe(false);
    }
  });
});

describe('a terminal of its own', () => {
  test('size, resize, Ctrl-C, and the person’s terminal as it was', async ({ lab }) => {
    const name = await lab.run('c');
    const script = 'stty size; trap "stty size; exit 7" INT; while :; do sleep 0.1; done';
    const shell = onTerminal(['bash', '--norc', '-i'], { PS1: 'shell> ' });
    await shell.sees('shell> ');
    writeFileSync(join(lab.folder, 'line'), `'${process.execPath}' ${DBG} exec --all ${name} sh -c '${script}'\n`);
    shell.type(`stty -a >${lab.folder}/before; . ${lab.folder}/line; echo code=$?\r`);
    await shell.sees('24 80');
    shell.resize(100, 40);
    await sleep(100);
    shell.type('\u0003');
    await shell.sees('40 100');
    await shell.sees('code=7');
    shell.type(`stty -a >${lab.folder}/after; echo done\r`);
    await shell.sees(/\n\r?done/);
    const [before, after] = ['before', 'after'].map((file) =>
      readFileSync(join(lab.folder, file), 'utf8').replace(/^speed.*\n/, ''),
    );
    expect(after).toBe(before);
    shell.type('exit\r');
    await shell.ended;
  });

  test('Ctrl-Z stops dbg, and fg goes on, as with any program', async ({ lab }) => {
    const name = await lab.run('c');
    const shell = onTerminal(['bash', '--norc', '-i'], { PS1: 'shell> ' });
    await shell.sees('shell> ');
    // A key that comes before the program is there is for who starts it.
    shell.type(`${process.execPath} ${DBG} exec --all ${name} sh -c 'echo rea""dy; exec cat'\r`);
    await shell.sees('ready');
    shell.type('one\r');
    await shell.sees(/one\r\none/);
    shell.type('\u001a');
    await shell.sees('Stopped');
    shell.type('fg\r');
    await shell.sees('exec cat');
    shell.type('two\r');
    await shell.sees(/two\r\ntwo/);
    shell.type('\u0004');
    await shell.sees('shell> ');
    shell.type('exit\r');
    await shell.ended;
  });

  test('a pager behind it has the keyboard: `| less` is no terminal’s, docker’s -i asks for it', async ({ lab }) => {
    const name = await lab.run('c');
    const shell = onTerminal(['bash', '-c', `${process.execPath} ${DBG} exec --all ${name} cat | cat; echo code=$?`]);
    await shell.sees('code=0');
    const asked = onTerminal([
      'bash',
      '-c',
      `${process.execPath} ${DBG} exec -i --all ${name} cat | cat; echo code=$?`,
    ]);
    await asked.sees('dbg: the program runs without');
    asked.type('through\r');
    await asked.sees('through');
    await asked.sees('through');
    asked.type('\u0004');
    await asked.sees('code=0');
  });

  test('kill -9 of dbg gives the person’s terminal back', async ({ lab }) => {
    const name = await lab.run('c');
    const shell = onTerminal(['bash', '--norc', '-i'], { PS1: 'shell> ' });
    await shell.sees('shell> ');
    shell.type(`${process.execPath} ${DBG} exec --all ${name} sh -c 'trap "" HUP TERM; echo rea""dy; sleep 3600'\r`);
    await shell.sees('ready');
    const pid = Number((await execa('pgrep', ['-n', '-f', `${DBG} exec --all ${name}`])).stdout);
    process.kill(pid, 'SIGKILL');
    await shell.sees('Killed');
    shell.type('stty -a | grep -o "[-]*icanon"\r');
    await shell.sees(/\n\r?icanon/);
    shell.type('exit\r');
    await shell.ended;
  });
});
