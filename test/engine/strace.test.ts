import { chmodSync, existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { commandLines, dbg, dbgOnTerminal, processes, says, sleep } from './support/dbg.ts';
import { test } from './support/lab.ts';
import { person } from './support/person.ts';

const shell = (script: string) => ({ command: ['sh', '-c', script] });
const soon = <T>(look: () => T) => expect.poll(look, { interval: 20 });
const tracer = (pid: number) =>
  Number(/^TracerPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? -1);

/** The pids on the host of processes with this command line. */
const called = (command: string) => processes().flatMap((each) => (each.command === command ? [each.pid] : []));

describe('what runs already', () => {
  test('the main process; INT: strace’s own 130, and it goes on', async ({ lab }) => {
    const web = await lab.run('web', shell('while :; do : >/tmp/here; sleep 0.05; done'));
    const tracing = dbg(['strace', web, '-e', 'trace=openat']);
    await says(tracing, 'openat(AT_FDCWD, "/tmp/here", O_WRONLY|O_CREAT|O_TRUNC, 0666) = ');
    tracing.kill('SIGINT');
    const { exitCode, stdout } = await tracing;
    expect([exitCode, stdout]).toEqual([130, '']);
    await soon(async () => tracer(await lab.pid(web))).toBe(0);
    expect(await lab.docker('inspect', '-f', '{{.State.Running}}', web)).toBe('true');
  });

  test('Ctrl-C on a terminal', async ({ lab }) => {
    const web = await lab.run('web', shell('while :; do : >/tmp/here; sleep 0.05; done'));
    const pid = await lab.pid(web);
    const terminal = dbgOnTerminal(['strace', web, '-e', 'trace=openat']);
    await terminal.sees('openat(AT_FDCWD, "/tmp/here"');
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(130);
    expect(terminal.screen()).toContain('detached');
    await soon(() => tracer(pid)).toBe(0);
    expect(await lab.pid(web)).toBe(pid);
  });

  test('another one, by its name, its number inside and on the host; several of that name', async ({ lab }) => {
    const web = await lab.run('web', shell('sleep 3598 & sleep 3599 & nc -l -p 99 & wait'));
    await soon(async () => (await lab.docker('top', web)).split('\n')).toHaveLength(5);
    const { stdout } = await dbg(['ps', web, '--json']);
    const rows = JSON.parse(stdout as string).processes as { pid: number; container_pid: number; name: string }[];
    const nc = rows.find(({ name }) => name === 'nc')!;
    for (const process of ['nc', nc.container_pid, nc.pid].map(String)) {
      const tracing = dbg(['strace', '--process', process, web]);
      await says(tracing, `Process ${nc.pid} attached`);
      tracing.kill('SIGINT');
      expect((await tracing).exitCode).toBe(130);
    }
    const several = await dbg(['strace', '--process', 'sleep', web]);
    expect(several.exitCode).toBe(125);
    const sleeps = rows.filter(({ name }) => name === 'sleep');
    for (const { pid, container_pid: inside } of sleeps)
      expect(several.stderr).toContain(`${pid} (sleep, ${inside} inside)`);
    const stranger = await dbg(['strace', '--process', '1000000', web]);
    expect([stranger.exitCode, stranger.stderr]).toEqual([125, expect.stringContaining('no process of')]);
  });

  test("a process of the host's is not traced", async ({ lab }) => {
    const { exitCode, stderr } = await dbg(['strace', '--process', String(process.pid), await lab.run()]);
    expect([exitCode, stderr]).toEqual([125, expect.stringContaining('no process of')]);
  });

  test('behind docker run --init: the program, and that is said', async ({ lab }) => {
    const loop = shell('while :; do : >/tmp/here; sleep 0.05; done');
    const web = await lab.run('web', { ...loop, options: ['--init'] });
    const tracing = dbg(['strace', web, '-e', 'trace=openat']);
    await says(tracing, 'openat(AT_FDCWD, "/tmp/here"');
    tracing.kill('SIGINT');
    const { exitCode, stderr } = await tracing;
    expect(exitCode).toBe(130);
    expect(stderr).toContain(`the main process is docker-init, which only waits: tracing its child`);
    expect(stderr).toContain(`dbg strace --all ${web}`);
  });

  test('--all', async ({ lab }) => {
    const web = await lab.run('web', shell('sleep 3598 & sleep 3599 & wait'));
    await soon(async () => (await lab.docker('top', web)).split('\n')).toHaveLength(4);
    const tracing = dbg(['strace', '--all', web]);
    const pids = (await lab.docker('top', web, '-o', 'pid')).split('\n').slice(1).map(Number);
    await soon(() => pids.filter((pid) => tracer(pid) > 0)).toHaveLength(3);
    tracing.kill('SIGINT');
    expect((await tracing).exitCode).toBe(130);
  });

  test('it ends while it is traced: 0', async ({ lab }) => {
    const web = await lab.run('web');
    const tracing = dbg(['strace', web]);
    await says(tracing, 'attached');
    await lab.docker('kill', web);
    const { exitCode, stderr } = await tracing;
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('+++ killed by SIGKILL +++')]);
  });

  test("strace's own error and exit code are kept", async ({ lab }) => {
    const { exitCode, stderr } = await dbg(['strace', await lab.run(), '-e', 'trace=bogus']);
    expect([exitCode, stderr]).toEqual([1, "strace: invalid system call 'bogus'"]);
  });
});

describe('refused', () => {
  test('a paused container', async ({ lab }) => {
    const web = await lab.run('web');
    await lab.docker('pause', web);
    for (const more of [[], ['--', 'ls']]) {
      const { exitCode, stderr } = await dbg(['strace', web, ...more], { timeout: 60_000 });
      expect([exitCode, stderr]).toEqual([125, expect.stringContaining(`docker unpause ${web}`)]);
    }
    await lab.docker('unpause', web);
  });

  test('a process that has a tracer', async ({ lab }) => {
    const web = await lab.run('web');
    const pid = await lab.pid(web);
    const other = execa('strace', ['-p', String(pid)], { reject: false });
    await says(other, 'attached');
    const { exitCode, stderr } = await dbg(['strace', web]);
    expect([exitCode, stderr]).toEqual([
      125,
      expect.stringContaining(`process ${pid} (sleep) is traced already, by process ${other.pid} (strace)`),
    ]);
    other.kill('SIGINT');
    await other;
  });
});

describe('a command started inside', () => {
  test('from its execve to its end, and nothing else; streams and exit code are its own', async ({ lab }) => {
    const web = await lab.run('web', { options: ['-e', 'GREETING=a b', '-w', '/tmp'] });
    const file = join(lab.folder, 'x.trace');
    const script = 'read -r line; echo "$line $GREETING $PWD $(hostname) $$"; echo err >&2; exit 7';
    const { exitCode, stdout, stderr } = await dbg(['strace', web, '-o', file, '--', 'sh', '-c', script], {
      stdin: undefined,
      input: 'in\n',
    });
    expect(exitCode).toBe(7);
    const id = await lab.docker('inspect', '-f', '{{.Config.Hostname}}', web);
    expect(stdout).toMatch(new RegExp(`^in a b /tmp ${id} \\d{1,3}$`));
    expect((stderr as string).replace(/^(strace|dbg): .*\n/gm, '')).toBe('err');
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const begun = lines.findIndex((line) => line.includes(') = 0'));
    // The search along PATH, and then the command itself.
    for (const line of lines.slice(0, begun)) expect(line).toMatch(/ execve\("\/.*\/sh", .* = -1 ENOENT/);
    expect(lines[begun]).toMatch(/ execve\("\/bin\/sh", \["sh", "-c", .*\) = 0$/);
    expect(lines.at(-1)).toMatch(/ \+\+\+ exited with 7 \+\+\+$/);
    expect(lines.filter((line) => /nsenter|setns|SIGSTOP|SIGCONT/.test(line))).toEqual([]);
  });

  test('in all its namespaces', async ({ lab }) => {
    const web = await lab.run('web');
    const pid = await lab.pid(web);
    const names = ['net', 'uts', 'ipc', 'mnt', 'pid', 'user', 'cgroup'];
    const script = `for n in ${names.join(' ')}; do readlink /proc/self/ns/$n; done`;
    const { stdout } = await dbg(['strace', web, '-o', '/dev/null', '--', 'sh', '-c', script]);
    expect((stdout as string).split('\n')).toEqual(names.map((name) => readlinkSync(`/proc/${pid}/ns/${name}`)));
  });

  test('with the environment of docker exec, and the person’s terminal and language', async ({ lab }) => {
    for (const options of [
      [],
      ['-e', 'A=b c', '-e', 'PATH=/bin', '--user', '1'],
      ['--network', 'host', '-e', 'HOME=/x'],
    ]) {
      const web = await lab.run(`c${options.length}`, { options });
      const { stdout } = await dbg(['strace', web, '-o', '/dev/null', '--', 'env']);
      // PWD: the shell that waits for a program in a PID namespace sets it, for every full entry.
      const ours = (stdout as string)
        .split('\n')
        .filter((line) => !/^(PWD|TERM|COLORTERM|NO_COLOR|LANG|LC_\w+|TZ)=/.test(line));
      expect(ours.toSorted()).toEqual((await lab.docker('exec', web, 'env')).split('\n').toSorted());
    }
  });

  test('whatever of it is traced: filters, counts, a file for each process', async ({ lab }) => {
    const web = await lab.run('web');
    const filtered = await dbg(['strace', web, '-e', 'trace=mkdir', '--', 'mkdir', '/tmp/d']);
    expect((filtered.stderr as string).split('\n').slice(2)).toEqual([
      expect.stringMatching(/^mkdir\("\/tmp\/d", 0777\) += 0$/),
      '+++ exited with 0 +++',
    ]);
    const counted = await dbg(['strace', web, '-c', '--', 'true']);
    expect(counted.stderr).toMatch(/ execve\n/);
    expect(counted.stderr).not.toContain('setns');
    await dbg(['strace', web, '-ff', '-o', join(lab.folder, 'each'), '--', 'sh', '-c', 'ls & wait']);
    expect(readdirSync(lab.folder)).toHaveLength(2);
  });

  test('in an image with one static program; as the user of docker run --user', async ({ lab }) => {
    const web = await lab.run('web', {
      image: 'distroless',
      command: ['/bin/sleep', '3600'],
      options: ['--user', '1000:7'],
    });
    const { exitCode, stderr } = await dbg(['strace', web, '--', '/bin/sleep', '0.1']);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^execve\("\/bin\/sleep", \["\/bin\/sleep", "0.1"\], .*\) = 0$/m);
    const box = await lab.run('box', { options: ['--user', '1000:7', '--group-add', '8'] });
    const id = await dbg(['strace', box, '-o', '/dev/null', '--', 'id']);
    expect(id.stdout).toMatch(/^uid=1000 gid=7.* groups=.*8/);
    expect(id.stdout).toBe(await lab.docker('exec', box, 'id'));
  });

  test('that is not there', async ({ lab }) => {
    const { exitCode, stderr } = await dbg(['strace', await lab.run(), '-o', '/dev/null', '--', 'nope']);
    expect([exitCode, stderr]).toEqual([127, expect.stringContaining('has no program "nope"')]);
  });

  test('strace’s own error: its code, and the command never ran', async ({ lab }) => {
    const web = await lab.run('web');
    const { exitCode, stderr } = await dbg(['strace', web, '-e', 'trace=bogus', '--', 'touch', '/tmp/ran']);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("strace: invalid system call 'bogus'")]);
    await expect(lab.docker('exec', web, 'ls', '/tmp/ran')).rejects.toThrow('No such file');
  });

  test('Ctrl-C is for the command, and the trace shows what it does with it', async ({ lab }) => {
    const web = await lab.run('web');
    const script = `trap 'mkdir /tmp/bye; exit 9' INT; echo rea''dy; while :; do sleep 0.05; done`;
    const terminal = dbgOnTerminal(['strace', web, '-e', 'trace=mkdir', '--', 'sh', '-c', script]);
    await terminal.sees(/^ready/m);
    terminal.type('\u0003');
    await terminal.sees('mkdir("/tmp/bye"');
    expect(await terminal.ended).toBe(9);
  });

  test('what it leaves in the background goes on, untraced', async ({ lab }) => {
    const web = await lab.run('web');
    const { exitCode } = await dbg([
      'strace',
      web,
      '-o',
      '/dev/null',
      '--',
      'sh',
      '-c',
      'sleep 3597 >/dev/null 2>&1 & exit 4',
    ]);
    expect(exitCode).toBe(4);
    await soon(() => called('sleep 3597').map(tracer)).toEqual([0]);
  });

  test('kill -9 of dbg leaves neither the command nor strace', async ({ lab }) => {
    const web = await lab.run('web');
    const running = dbg(['strace', web, '-o', '/dev/null', '-s', '3596', '--', 'sleep', '3596']);
    await soon(() => called('sleep 3596').filter((pid) => tracer(pid) > 0)).toHaveLength(1);
    running.kill('SIGKILL');
    await running;
    await soon(() => commandLines().filter((line) => line.includes('3596'))).toEqual([]);
  });

  test('what --dry-run prints does it', async ({ lab }) => {
    const web = await lab.run('web');
    const { stdout } = await dbg(['strace', '--dry-run', web, '-e', 'trace=mkdir', '--', 'mkdir', '/tmp/pasted']);
    const pasted = await execa('sh', ['-c', stdout as string], { reject: false, stdin: 'ignore' });
    expect(pasted.exitCode).toBe(0);
    await lab.docker('exec', web, 'rmdir', '/tmp/pasted');
    await soon(() => commandLines().filter((line) => line.includes('/tmp/pasted'))).toEqual([]);
  });
});

describe('files belong to the person who asked through sudo', () => {
  test.for([
    [['-o', 'x.trace'], 1],
    [['-ff', '-o', 'x.trace'], 3],
  ] as const)('%j', async ([options, count], { lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    const web = await lab.run('web');
    const command = ['--', 'sh', '-c', 'ls & ls & wait'];
    const [file = '', ...args] = ann.dbg('strace', web, ...options, ...command);
    chmodSync(ann.home, 0o700);
    const { exitCode, stderr } = await execa(file, args, { reject: false, stdin: 'ignore' });
    expect(exitCode, stderr).toBe(0);
    const files = readdirSync(ann.home).filter((name) => name.startsWith('x.trace'));
    expect(files).toHaveLength(count);
    for (const name of files) expect(statSync(join(ann.home, name))).toMatchObject({ uid: ann.uid, gid: ann.uid });
  });

  test('of a process that runs already, and it is let go of', async ({ lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    const web = await lab.run('web', { ...shell('while :; do sleep 0.05; done'), options: ['--user', '1000'] });
    const [file = '', ...args] = ann.dbg('strace', web, '-o', 'x.trace');
    const tracing = execa(file, args, { reject: false, stdin: 'ignore' });
    const path = join(ann.home, 'x.trace');
    await soon(() => existsSync(path) && readFileSync(path, 'utf8')).toContain('nanosleep');
    tracing.kill('SIGINT');
    const { exitCode, stderr } = await tracing;
    expect([exitCode, stderr]).toEqual([130, expect.not.stringContaining('not permitted')]);
    expect(statSync(path).uid).toBe(ann.uid);
    await soon(async () => tracer(await lab.pid(web))).toBe(0);
  });
});

describe('two traces', () => {
  test('a good container and a bad one: the missing file', async ({ lab }) => {
    const script = 'cat /etc/app.conf | wc -c; ls /etc >/dev/null; (echo x; sleep 0.05); :';
    const traced = async (name: string, container: string, ...options: string[]) => {
      const file = join(lab.folder, name);
      await dbg(['strace', container, '-o', file, ...options, '--', 'sh', '-c', script]);
      return file;
    };
    const [good, bad] = [await lab.run('good'), await lab.run('bad')];
    await lab.docker('exec', good, 'sh', '-c', 'echo hi >/etc/app.conf');
    const once = await traced('once', good);
    const again = await traced('again', good, '-tt', '-T', '-y');
    const failed = await traced('failed', bad, '-r');
    const same = await dbg(['strace', '--diff', once, again]);
    expect([same.exitCode, same.stdout]).toEqual([
      0,
      expect.stringMatching(/^no difference in \d+ lines of 5 processes$/),
    ]);
    const { exitCode, stdout } = await dbg(['strace', '--diff', again, failed]);
    expect(exitCode).toBe(1);
    const lines = (stdout as string).split('\n');
    expect(lines).toHaveLength(6);
    expect(lines[4]).toMatch(/^< openat\(AT_FDCWD.*"\/etc\/app\.conf", O_RDONLY.*\) = 3<\/etc\/app\.conf>$/);
    expect(lines[5]).toMatch(/^> openat\(AT_FDCWD, "\/etc\/app\.conf", O_RDONLY.*\) = -1 ENOENT/);
  });

  test('from stderr, where news of processes come in mid-line', async ({ lab }) => {
    const file = join(lab.folder, 'stderr');
    const script = `ls /etc | wc -l; (sleep 0.01 &); wait`;
    for (const name of ['one', 'other']) await execa('sh', ['-c', `strace -f sh -c '${script}' 2>${file}.${name}`]);
    await sleep(100);
    const { exitCode, stdout } = await dbg(['strace', '--diff', `${file}.one`, `${file}.other`]);
    expect(exitCode, stdout as string).toBe(0);
  });
});
