import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { execa, type Options } from 'execa';
import { describe, expect } from 'vitest';
import { commandLines, DBG, firstLine, onTerminal, says, sleep, PATIENT } from './support/dbg.ts';
import { test } from './support/lab.ts';
import { person } from './support/person.ts';
import { makesCuts } from './support/cuts.ts';

makesCuts();

function run([file, ...args]: readonly string[], options: Options = {}) {
  return execa(file!, args, { ...PATIENT, stdin: 'ignore', ...options });
}

const dbgArgs = (...args: readonly string[]) => [process.execPath, DBG, ...args];

/** The pid of the person's dbg: the last of the programs that become one another. */
const dbgOf = (program: { pid?: number | undefined }) => program.pid!;

async function gone(commandLine: string): Promise<void> {
  const deadline = Date.now() + 8_000;
  while (commandLines().includes(commandLine)) {
    if (Date.now() > deadline) throw new Error(`still there: ${commandLine}`);
    await sleep(20);
  }
}

describe('a person with sudo', () => {
  test('is asked for nothing, and the tool runs as root in the container', async ({ lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    const container = await lab.run('c', { options: ['--hostname', 'in-there'] });
    const { stdout, stderr, exitCode } = await run(ann.dbg('exec', container, 'sh', '-c', 'id -u; hostname; exit 3'));
    expect([stdout, stderr, exitCode]).toEqual(['0\nin-there', '', 3]);
  });

  test('nothing of the environment crosses over but what names the engine and the terminal', async ({ lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    const env = {
      SECRET: 'x',
      LD_AUDIT: '',
      NODE_OPTIONS: '--no-warnings',
      TERM: 'vt52',
      NO_COLOR: '1',
      DOCKER_API_VERSION: '1.40',
    };
    const { stdout } = await run(ann.dbg('exec', await lab.run(), 'env'), { env });
    const names = (stdout as string).split('\n').map((line) => line.split('=')[0]);
    expect(names).toEqual(
      expect.arrayContaining(['TERM', 'NO_COLOR', 'DOCKER_API_VERSION', 'DOCKER_CONFIG', 'DBG_ROOT']),
    );
    for (const name of ['SECRET', 'NODE_OPTIONS', 'DBG_LEASH']) expect(names).not.toContain(name);
    expect(stdout).toContain('TERM=vt52');
  });

  test("root's Node takes no file of --env-file for its own", async ({ lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    const [file, evil, trace] = ['env', 'evil.cjs', 'trace'].map((name) => join(lab.folder, name));
    writeFileSync(file!, `NODE_OPTIONS=--require=${evil}\n`);
    writeFileSync(evil!, `if (process.getuid() === 0) require('node:fs').writeFileSync('${trace}', '')`);
    const { stdout, exitCode } = await run(ann.dbg('exec', await lab.run(), 'echo', `--env-file=${file}`));
    expect([stdout, exitCode]).toEqual([`--env-file=${file}`, 0]);
    expect(existsSync(trace!)).toBe(false);
  });

  test('-e NAME takes the value of the person, which is no variable of the tool otherwise', async ({ lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    const container = await lab.run();
    const env = { TOKEN: 'a b', OTHER: 'x', FOO: 'own' };
    const { stdout } = await run(ann.dbg('exec', '-e', 'TOKEN', '-e', 'FOO=bar', '-e', 'UNSET', container, 'env'), {
      env,
    });
    const lines = (stdout as string).split('\n');
    expect(lines).toEqual(expect.arrayContaining(['TOKEN=a b', 'FOO=bar']));
    expect(stdout).not.toMatch(/^(OTHER|UNSET|DBG_OWN_VALUES)=/m);
  });

  test('at a prompt, their ~/.bashrc applies, and what it reads in their home', async ({ lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    writeFileSync(join(ann.home, '.bashrc'), '. ~/.aliases; PS1="mine> "');
    writeFileSync(join(ann.home, '.aliases'), 'alias hi="echo from-my-rc \\$HOME"');
    const terminal = onTerminal(ann.dbg('shell', await lab.run()), { SHELL: '/bin/bash' });
    await terminal.sees(/\[\S+\] mine> /);
    terminal.type('hi\r');
    await terminal.sees('from-my-rc /root');
    terminal.type('exit\r');
    expect(await terminal.ended).toBe(0);
  });

  test("it is the person's engine: the docker context of their configuration", async ({ lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    const digest = createHash('sha256').update('mine').digest('hex');
    const meta = join(ann.home, '.docker/contexts/meta', digest);
    mkdirSync(meta, { recursive: true });
    writeFileSync(
      join(meta, 'meta.json'),
      JSON.stringify({ Endpoints: { docker: { Host: `unix://${ann.home}/mine.sock` } } }),
    );
    writeFileSync(join(ann.home, '.docker/config.json'), JSON.stringify({ currentContext: 'mine' }));
    const { stderr, exitCode } = await run(ann.dbg('exec', await lab.run(), 'true'));
    expect([exitCode, stderr]).toEqual([
      125,
      expect.stringContaining(`no engine answers at unix://${ann.home}/mine.sock`),
    ]);
  });

  test('captured files are theirs', async ({ lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    const container = await lab.run();
    const capture = run(ann.dbg('tcpdump', container, '-w', 'web.pcap'));
    await says(capture, 'listening on');
    await lab.docker('exec', container, 'ping', '-c', '1', '127.0.0.1');
    capture.kill('SIGINT');
    expect((await capture).exitCode).toBe(0);
    expect(statSync(join(ann.home, 'web.pcap')).uid).toBe(ann.uid);
  });

  test('--dry-run and what needs no root do not ask', async ({ lab }) => {
    const ann = await person(lab, { mayUseSudo: false });
    const { stdout, exitCode } = await run(ann.dbg('--help'));
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Usage: dbg')]);
    const dry = await run(ann.dbg('exec', '--dry-run', await lab.run(), 'true'));
    expect(dry.stderr).toContain("permission denied on the engine's socket");
  });

  test.for([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('%s to their dbg ends the tool', async ([signal, expected], { lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    // A shell that waits for its child, ended, leaves it behind.
    const tool = `sleep 30${expected} & echo ready; exec sleep 31${expected}`;
    const running = run(ann.dbg('exec', await lab.run(), 'sh', '-c', tool));
    await firstLine(running);
    process.kill(dbgOf(running), signal);
    expect((await running).exitCode).toBe(expected);
    await gone(`sleep 31${expected}`);
    // INT and QUIT are ignored by a shell's jobs in the background.
    await gone(`sleep 30${expected}`);
  });

  test('kill -9 of their dbg leaves no tool running as root, nor its children', async ({ lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    const running = run(ann.dbg('exec', await lab.run(), 'sh', '-c', 'sleep 3299 & echo ready; exec sleep 3298'));
    await firstLine(running);
    process.kill(dbgOf(running), 'SIGKILL');
    await gone('sleep 3298');
    await gone('sleep 3299');
  });

  test('a cut of theirs bears their name, and kill -9 of their dbg undoes it', async ({ lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    const container = await lab.run();
    const address = await lab.address(container);
    const refused = await run(ann.dbg('veth', container, '--down'), { env: { SSH_CONNECTION: `${address} 1 ::1 22` } });
    expect([refused.exitCode, refused.stderr]).toEqual([125, expect.stringContaining('your own ssh connection')]);
    const running = run(ann.dbg('veth', container, '--down', '--for', '60s'));
    await firstLine(running);
    const cuts = async () => {
      const { stdout } = await run(dbgArgs('veth', '--status', '--json'));
      return (JSON.parse(stdout as string) as { container: string; by: string }[]).filter(
        (cut) => cut.container === container,
      );
    };
    expect(await cuts()).toEqual([expect.objectContaining({ by: 'ann' })]);
    process.kill(dbgOf(running), 'SIGKILL');
    await expect.poll(cuts).toEqual([]);
  });

  test('Ctrl-C on a terminal reaches the tool once', async ({ lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    const script = `trap 'echo "INT $((++n))"; sleep 0.3; exit 5' INT; echo ready; while :; do sleep 0.05; done`;
    const terminal = onTerminal(ann.dbg('exec', await lab.run(), 'bash', '-c', script));
    await terminal.sees('ready');
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(5);
    expect(terminal.screen()).not.toContain('INT 2');
  });
});

test('a person without sudo is told the ways out, and nothing is run', async ({ lab }) => {
  const ann = await person(lab, { mayUseSudo: false });
  const container = await lab.run();
  // sudo would ask for a password on the terminal; there is none here.
  const { exitCode, stderr } = await run(ann.dbg('exec', container, 'touch', join(ann.home, 'ran')));
  expect(exitCode).toBe(125);
  expect(stderr).toContain('dbg: sudo did not let dbg run as root');
  expect(stderr).toContain(`su -c 'dbg exec ${container}`);
  expect(() => statSync(join(ann.home, 'ran'))).toThrow('ENOENT');
});

describe("root's dbg, killed with -9", () => {
  test.for([0, 10, 20, 30, 40, 50, 60, 80])('%d ms after its start, leaves nothing', async (delay, { lab }) => {
    const container = await lab.run();
    const running = run(dbgArgs('exec', container, 'sh', '-c', `sleep 33${delay} & exec sleep 34${delay}`));
    await sleep(delay);
    running.kill('SIGKILL');
    await running;
    await sleep(200);
    await gone(`sleep 33${delay}`);
    await gone(`sleep 34${delay}`);
  });

  test('ends an interactive shell and what runs in it', async ({ lab }) => {
    const terminal = onTerminal(dbgArgs('shell', await lab.run()), { SHELL: '/bin/bash' });
    terminal.type('sleep 3501 & sleep 3502\r');
    for (let tries = 0; !commandLines().includes('sleep 3502') && tries < 200; tries++) await sleep(25);
    process.kill(terminal.pid, 'SIGKILL');
    await gone('sleep 3501');
    await gone('sleep 3502');
  });

  test('… and its jobs in the background when the shell, whose terminal was hung up, was quicker than the guard', async ({
    lab,
  }) => {
    const terminal = onTerminal(dbgArgs('shell', await lab.run()), { SHELL: '/bin/bash' });
    terminal.type('sleep 3511 & sleep 3512\r');
    for (let tries = 0; !commandLines().includes('sleep 3512') && tries < 200; tries++) await sleep(25);
    const children = readFileSync(`/proc/${terminal.pid}/task/${terminal.pid}/children`, 'latin1').trim().split(' ');
    const guard = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('dbg-guard'));
    process.kill(Number(guard), 'SIGSTOP');
    process.kill(terminal.pid, 'SIGKILL');
    await gone('sleep 3512');
    await sleep(300);
    process.kill(Number(guard), 'SIGCONT');
    await gone('sleep 3511');
  });
});
