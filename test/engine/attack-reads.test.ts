import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, vi } from 'vitest';
import { dbg, dbgOnTerminal } from './support/dbg.ts';
import { hostileContainer, OF_ITS_OWN, OF_THE_ENGINE, PROCESS_NAMES, rename } from './support/hostile-container.ts';
import { test } from './support/lab.ts';
import { measured } from './support/measured.ts';

// What a container writes where dbg looks: dbg is not held up, takes no memory for it, and shows nothing of the host's.

// Each starts dbg some thirty times, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

const MOST_MEGABYTES = 150;

/** Every verb that looks at a container, so that it ends by itself where the container is an honest one. */
const verbs = (ref: string): Readonly<Record<string, readonly string[]>> => ({
  exec: ['exec', ref, 'true'],
  'exec --host-view': ['exec', '--host-view', ref, 'true'],
  'exec --dry-run': ['exec', '--dry-run', ref, 'true'],
  shell: ['shell', ref, '--', 'true'],
  tcpdump: ['tcpdump', ref, '-D'],
  tcpflow: ['tcpflow', '--dry-run', ref],
  veth: ['veth', ref],
  'veth --all': ['veth', '--all'],
  'veth --status': ['veth', '--status'],
  'veth --restore-all': ['veth', '--restore-all', '--dry-run'],
  ns: ['ns', ref],
  ps: ['ps', ref],
  limits: ['limits', ref],
  env: ['env', ref],
  why: ['why', ref, '-v'],
  'why HOST': ['why', ref, 'localhost:80'],
  'strace --': ['strace', ref, '-qq', '-e', 'trace=none', '--', 'env'],
});

/** Runs every verb. Those that may refuse it, having said why and what to do. */
async function tryAll(ref: string, mayRefuse: RegExp): Promise<void> {
  const secret = readFileSync('/etc/shadow', 'utf8').split('\n')[0]!;
  for (const [verb, argv] of Object.entries(verbs(ref))) {
    const { ended, exitCode, stdout, stderr, megabytes, milliseconds } = await measured(argv);
    console.log(`  ${verb}: ${milliseconds} ms, ${megabytes} MB, ${exitCode} ${stderr.split('\n')[0]?.slice(0, 150)}`);
    expect.soft(ended, `${verb} ended by itself`).toBe(true);
    expect.soft(megabytes, verb).toBeLessThan(MOST_MEGABYTES);
    if (mayRefuse.test(verb) && exitCode !== 0) {
      expect.soft(exitCode, `${verb}: ${stderr}`).toBe(125);
      expect.soft(stderr, verb).toMatch(/^dbg: [^]*--host-view/);
    } else if (verb.startsWith('why')) {
      // It may be called broken, as it is: that is an answer.
      expect.soft([0, 1], `${verb}: ${stderr}`).toContain(exitCode);
    } else expect.soft(exitCode, `${verb}: ${stderr}`).toBe(0);
    expect.soft(stdout + stderr, verb).not.toContain(secret);
    // What a command of the container's says is its own.
    const said = verb === 'strace --' ? stderr : stdout + stderr;
    expect.soft(said.replaceAll('\n', ''), verb).not.toMatch(/(?!\t)\p{Cc}/u);
  }
}

const WITH_A_VIEW = /^(exec|exec --dry-run|shell|tcpdump|tcpflow)$/;

describe('a file that the engine mounts into it', () => {
  test.for(OF_THE_ENGINE.map((file) => [file.what, file] as const))('%s', async ([, { make }], { lab }) => {
    const container = await hostileContainer(lab);
    await make(container);
    await tryAll(container.name, WITH_A_VIEW);
  });

  test('1.9 GB are refused, and what to do is said', async ({ lab }) => {
    const container = await hostileContainer(lab);
    await container.inside('truncate -s 1900M /etc/resolv.conf');
    const { stderr, exitCode } = await dbg(['exec', container.name, 'true']);
    expect([exitCode, stderr]).toEqual([
      125,
      expect.stringMatching(/resolv\.conf is 1992294400 bytes long, too long for a resolv\.conf[^]*--host-view/),
    ]);
  });

  test('it cannot put another file in the place of one: what was looked at is what is mounted', async ({ lab }) => {
    const container = await hostileContainer(lab);
    for (const name of ['resolv.conf', 'hosts', 'hostname']) {
      const tries = [`rm /etc/${name}`, `mv /etc/${name} /etc/x`, `ln -sfn /etc/shadow /etc/${name}`, `mv /etc /x`];
      for (const each of tries) await expect(container.inside(each)).rejects.toThrow(/busy|exists|same|cannot|can't/i);
      expect(await container.inside(`test -f /etc/${name} && ! test -L /etc/${name} && echo yes`)).toBe('yes');
    }
  });
});

describe('a file of its own', () => {
  test.for(OF_ITS_OWN.map((file) => [file.what, file] as const))('%s', async ([, { make }], { lab }) => {
    const container = await hostileContainer(lab);
    await make(container);
    await tryAll(container.name, /^$/);
  });

  test('its whole /etc, and what is above', async ({ lab }) => {
    const container = await hostileContainer(lab, ['--tmpfs', '/elsewhere']);
    // /etc itself cannot go, as files are mounted in it.
    await container.inside('rm -f /etc/passwd; ln -s ../../../../etc/shadow /etc/passwd; ln -s /etc /elsewhere/etc');
    await tryAll(container.name, /^$/);
  });
});

describe('the name of its first process', () => {
  test.for(PROCESS_NAMES.map((name) => [name] as const))('is %j', async ([name], { lab }) => {
    const container = await hostileContainer(lab);
    await rename(container, name);
    await tryAll(container.name, /^$/);
  });

  test.for(['bash', 'zsh', 'fish'])('%s shows it in no prompt', async (shell, { lab }) => {
    const container = await hostileContainer(lab);
    for (const name of [' /*/*/*', '/*/*/*\n', 'x\n /*/*/*) S 1']) {
      await rename(container, name);
      const opened = join(lab.folder, 'opened');
      // The shell that dbg starts, followed by strace, under its own name.
      const traced = join(lab.folder, 'traced', shell);
      const argv = ['strace', '-f', '-qq', '-e', 'trace=openat,open', '-o', opened, await path(shell)];
      // Where they are, fish does not make completions of all manual pages in the background.
      for (const folder of [dirname(traced), join(lab.folder, '.local/share/fish/generated_completions')])
        mkdirSync(folder, { recursive: true });
      writeFileSync(traced, `#!/bin/sh\nexec ${argv.join(' ')} "$@"\n`, { mode: 0o755 });
      const terminal = dbgOnTerminal(['shell', '-q', container.name], {
        SHELL: traced,
        HOME: lab.folder,
        NO_COLOR: '1',
      });
      await terminal.sees(`[${container.name}@`);
      terminal.type('exit 3\r');
      expect(await terminal.ended).toBe(3);
      expect(terminal.screen()).not.toContain('GONE');
      expect(readFileSync(opened, 'utf8')).not.toMatch(/"\/(?:etc|usr|var|proc|sys)\/[^"/]+\/?", [^)]*O_DIRECTORY/);
    }
  });
});

const path = async (program: string) => (await execa('sh', ['-c', 'command -v "$0"', program])).stdout;

describe('files that a person names', () => {
  test.for<readonly [string, (file: string) => readonly string[]]>([
    ['strace --diff', (file) => ['strace', '--diff', file, file]],
    ['api share --policy', (file) => ['api', 'share', '--for', '1s', '--policy', file]],
    ['api share --password-file', (file) => ['api', 'share', '--for', '1s', '--user', 'u', '--password-file', file]],
    ['api share --tlscert', (file) => ['api', 'share', '--for', '1s', '--tlscert', file, '--tlskey', file]],
    ['api hijack', (file) => ['api', 'hijack', file, '--', 'true']],
  ])('%s of a FIFO, a device, a folder, and one that is long', async ([, argv], { lab }) => {
    const [fifo, long] = [join(lab.folder, 'fifo'), join(lab.folder, 'long')];
    await execa('mkfifo', ['-m', '600', fifo]);
    await execa('truncate', ['-s', '1900M', long]);
    await execa('chmod', ['600', long]);
    for (const file of [fifo, '/dev/zero', '/dev/tty', lab.folder, long]) {
      const { ended, exitCode, stderr, megabytes, milliseconds } = await measured(argv(file));
      console.log(
        `  ${file}: ${milliseconds} ms, ${megabytes} MB, ${exitCode} ${stderr.split('\n')[0]?.slice(0, 150)}`,
      );
      expect.soft([ended, exitCode], stderr).toEqual([true, 125]);
      expect
        .soft(stderr)
        .toMatch(/a FIFO, not a file|a device, not a file|a directory, not a file|is larger than|may read/);
      expect.soft(megabytes).toBeLessThan(MOST_MEGABYTES);
    }
  });

  test.for(['config.json', 'ca.pem'])("docker's own %s is a FIFO", async (name, { lab }) => {
    await execa('mkfifo', [join(lab.folder, name)]);
    const host = name === 'ca.pem' ? { DOCKER_HOST: 'tcp://127.0.0.1:1', DOCKER_TLS_VERIFY: '1' } : {};
    const result = await measured(['ps', 'web'], { DOCKER_CONFIG: lab.folder, ...host });
    expect([result.ended, result.exitCode], result.stderr).toEqual([true, 125]);
    expect(result.stderr).toContain('is a FIFO, not a file');
  });

  test('a recording that is a FIFO: it is said that it is waited for', async ({ lab }) => {
    const fifo = join(lab.folder, 'fifo');
    await execa('mkfifo', [fifo]);
    const shown = dbg(['api', 'show', fifo]);
    await new Promise<void>((done) => shown.stderr!.once('data', () => done()));
    await execa('sh', ['-c', 'echo none >"$0"', fifo]);
    const { stderr, exitCode } = await shown;
    expect([exitCode, stderr]).toEqual([125, expect.stringMatching(/is a FIFO: waiting[^]*is no recording/)]);
  });

  test('what a shell gives for <(COMMAND) is read', async ({ lab }) => {
    const trace = join(lab.folder, 'trace');
    await execa('strace', ['-f', '-o', trace, 'true']);
    const line = `exec ${process.execPath} bin/dbg.js strace --diff <(cat ${trace}) <(cat ${trace})`;
    expect((await execa('bash', ['-c', line])).stdout).toContain('no difference');
  });
});
