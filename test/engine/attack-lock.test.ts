import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { dbg, DBG, firstLine, processes, sleep } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { undoesAllCuts } from './support/cuts.ts';

undoesAllCuts();

// Whoever holds the lock of dbg's cuts holds the cuts: another user of this host, a container that sees its files, a dbg that stands still.

interface Row {
  readonly host_device: string;
  readonly state: string;
  readonly cut: string | null;
}

async function row(container: string): Promise<Row> {
  const { stdout, stderr } = await dbg(['veth', container, '--json']);
  return (JSON.parse((stdout as string) || `"${String(stderr)}"`) as Row[])[0]!;
}

const BACK = expect.objectContaining({ state: 'up', cut: null });

/** The lock is held for ten minutes: who waits for it takes longer than a busy machine does. */
const SOON_MS = 60_000;

/** How long something took, in milliseconds. */
async function timed(action: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await action();
  return performance.now() - began;
}

const guardOf = async (lab: Lab, container: string) => {
  const id = await lab.docker('inspect', '-f', '{{.Id}}', container);
  const { stdout } = await execa('pgrep', ['-f', `dbg-cut .*${id}`], { reject: false });
  return Number(stdout.split('\n')[0]);
};

/** The file whose lock the guard of a cut takes: it is open there as descriptor 9. */
async function lockOf(lab: Lab, container: string): Promise<string> {
  return readlinkSync(`/proc/${await guardOf(lab, container)}/fd/9`);
}

/** Holds the lock of every file that it is given and may open, and says of which. */
const HOLD = `
for path; do
  (exec 9<"$path" && flock -n 9 && echo "$path" && exec sleep 600) 2>/dev/null &
done
sleep 1; echo .; exec sleep 600`;

async function holds(lab: Lab, argv: readonly string[], paths: readonly string[]): Promise<string[]> {
  const [file = '', ...args] = [...argv, 'sh', '-c', HOLD, 'sh', ...paths];
  const holder = execa(file, args, { reject: false, stdin: 'ignore' });
  lab.cleanUp(async () => {
    for (const { pid, command } of processes()) {
      if (command === 'sleep 600') process.kill(pid, 'SIGKILL');
    }
    await holder;
  });
  let said = '';
  holder.stdout.on('data', (data) => (said += String(data)));
  while (!said.endsWith('.\n')) await sleep(20);
  return said.split('\n').slice(0, -2);
}

/** What anybody may open, and might be taken for a lock by a program. */
const PLACES = [
  '/',
  '/run',
  '/run/lock',
  '/tmp',
  '/var',
  '/etc',
  '/etc/passwd',
  '/proc',
  '/proc/1',
  '/proc/self/ns/net',
];

/** Cuts are made and undone in their time. */
async function worksAsEver(lab: Lab, container: string): Promise<void> {
  expect(await timed(() => dbg(['veth', container, '--down', '--for', '500ms']))).toBeLessThan(SOON_MS);
  expect(await row(container)).toEqual(BACK);
  await dbg(['veth', container, '--down']);
  expect((await row(container)).cut).toBe('down');
  expect(await timed(() => dbg(['veth', container, '--up']))).toBeLessThan(SOON_MS);
  expect(await row(container)).toEqual(BACK);
  await dbg(['veth', container, '--blackhole']);
  expect(await timed(() => dbg(['veth', '--restore-all']))).toBeLessThan(SOON_MS);
  expect(await row(container)).toEqual(BACK);
}

describe('nobody but root holds the lock', () => {
  test('not another user', async ({ lab }) => {
    const web = await lab.run('web');
    const running = dbg(['veth', web, '--down', '--for', '60s']);
    await firstLine(running);
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
    const lock = await lockOf(lab, web);
    const held = await holds(lab, nobody, [...PLACES, lock]);
    expect(held).toEqual(expect.arrayContaining(['/tmp', '/etc/passwd', '/proc/self/ns/net']));
    expect(await timed(() => (running.kill('SIGINT'), running))).toBeLessThan(SOON_MS);
    expect(held).not.toContain(lock);
    await worksAsEver(lab, web);
  });

  test('not a container that has all files of the host', async ({ lab }) => {
    const web = await lab.run('web');
    const running = dbg(['veth', web, '--down', '--for', '60s']);
    await firstLine(running);
    const lock = await lockOf(lab, web);
    const evil = await lab.run('evil', { options: ['-v', '/:/host:ro'] });
    const held = await holds(lab, ['docker', 'exec', evil, 'chroot', '/host'], [...PLACES, lock]);
    expect(held).toEqual(expect.arrayContaining(['/tmp', '/etc/passwd']));
    expect(await timed(() => (running.kill('SIGINT'), running))).toBeLessThan(SOON_MS);
    expect(held).not.toContain(lock);
    await worksAsEver(lab, web);
  });
});

describe('root itself holds it, and stands still', () => {
  /** A holder of the lock: stopped, it holds it until it is killed. */
  async function stopped(lab: Lab, path: string) {
    const held = await holds(lab, [], [path]);
    expect(held).toEqual([path]);
  }

  test('then cuts are undone all the same, soon; none is made, and that is said', async ({ lab }) => {
    const web = await lab.run('web');
    const running = dbg(['veth', web, '--blackhole', '--for', '8s']);
    await firstLine(running);
    const guard = await guardOf(lab, web);
    await stopped(lab, await lockOf(lab, web));
    // Ended by its time, by its guard.
    const { exitCode, stderr } = await running;
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining(`${web} is back`)]);
    expect(processes().map(({ pid }) => pid)).not.toContain(guard);
    expect(await row(web)).toEqual(BACK);
    const refused = await dbg(['veth', web, '--down', '--for', '60s']);
    expect([refused.exitCode, refused.stderr]).toEqual([
      125,
      expect.stringContaining('another dbg is making or undoing a cut, and has not finished'),
    ]);
    expect(await row(web)).toEqual(BACK);
    // Nor does Ctrl-C wait for ever.
    const waiting = dbg(['veth', web, '--down', '--for', '60s']);
    while (!(await guardOf(lab, web))) await sleep(20);
    expect(await timed(() => (waiting.kill('SIGINT'), waiting))).toBeLessThan(SOON_MS);
    expect(await row(web)).toEqual(BACK);
  });

  test.for([['--up'], ['--restore-all']] as const)('%s does not wait for it', async ([verb], { lab }) => {
    const web = await lab.run('web');
    const running = dbg(['veth', web, '--down', '--for', '60s']);
    await firstLine(running);
    await stopped(lab, await lockOf(lab, web));
    const args = verb === '--up' ? [web, '--up'] : ['--restore-all'];
    expect(await timed(() => dbg(['veth', ...args]))).toBeLessThan(SOON_MS);
    expect(await row(web)).toEqual(BACK);
    running.kill('SIGINT');
    await running;
    expect(await row(web)).toEqual(BACK);
  });

  // The guard stands still behind one of its steps, while somebody else undoes its cut; then it goes on.
  test.for([
    ['ip', "*' alias dbg cut '*", ['--blackhole']],
    ['nft', "'table netdev '*", ['--blackhole']],
    ['nft', "'table netdev '*", ['--loss', '90%']],
    ['ip', "*' alias dbg cut '*", ['--down']],
    ['ip', "*' down'", ['--down']],
  ] as const)('%s %s, %j: what is cut is marked, and what is marked is cut', async ([program, words, way], { lab }) => {
    const web = await lab.run('web');
    const { host_device: device } = await row(web);
    const once = join(lab.folder, 'once');
    const real = (await execa('sh', ['-c', `command -v ${program}`])).stdout;
    const script = `#!/bin/sh
      case $* in ${words}) mkdir '${once}' 2>/dev/null && { ${real} "$@"; code=$?; echo "$PPID" >'${once}/pid'; kill -STOP "$PPID"; exit $code; } ;; esac
      exec ${real} "$@"`;
    writeFileSync(join(lab.folder, program), script, { mode: 0o755 });
    const running = execa(process.execPath, [DBG, 'veth', web, ...way, '--for', '60s'], {
      reject: false,
      stdin: 'ignore',
      env: { PATH: `${lab.folder}:${process.env['PATH']}` },
    });
    const still = () => Number(existsSync(join(once, 'pid')) && readFileSync(join(once, 'pid'), 'utf8'));
    await expect.poll(still).toBeGreaterThan(1);
    expect(await timed(() => dbg(['veth', '--restore-all']))).toBeLessThan(SOON_MS);
    // dbg ends a guard that stands still for 5 s, and undoes what the guard did. On a slow machine
    // it has done so by now.
    await execa('kill', ['-CONT', String(still())], { reject: false });
    const end = await Promise.race([
      running.then(({ exitCode }) => exitCode),
      firstLine(running)
        .catch(() => running)
        .then(() => 'cut'),
    ]);
    const link = JSON.parse((await execa('ip', ['-j', 'link', 'show', 'dev', device])).stdout)[0] as Link;
    const tables = (await execa('nft', ['list', 'tables', 'netdev'])).stdout.split('\n');
    const isMarked = link.ifalias?.startsWith('dbg cut ') ?? false;
    const isCut = tables.includes(`table netdev dbg_${link.ifindex}`) || !link.flags.includes('UP');
    expect([isMarked, isCut]).toEqual(end === 'cut' ? [true, true] : [false, false]);
    running.kill('SIGINT');
    await running;
    expect(await row(web)).toEqual(BACK);
  });
});

interface Link {
  readonly ifindex: number;
  readonly ifalias?: string;
  readonly flags: readonly string[];
}
