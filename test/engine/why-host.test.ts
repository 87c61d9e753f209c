import { execa } from 'execa';
import { describe, expect, vi } from 'vitest';
import { dbg, dbgOnTerminal, sleep } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { lyingEngine } from './support/lying-engine.ts';
import { unhurried } from './support/unhurried.ts';

interface Record {
  readonly container: string;
  readonly broken: boolean;
  readonly answer: { readonly id: string } | null;
}

/** Containers of one label, so that those of other tests do not count. */
async function hostOf(lab: Lab) {
  const label = ['--label', `dbg-test=${lab.name('host')}`];
  const run = (suffix: string, options: readonly string[], ...command: readonly string[]) =>
    lab.run(suffix, { options: [...label, ...options], ...(command.length > 0 && { command }) });
  return { label, run };
}

const exited = (name: string) =>
  vi.waitFor(async () => {
    const { stdout } = await execa('docker', ['inspect', '-f', '{{.State.Status}} {{.RestartCount}}', name]);
    if (!/^exited|[3-9]$/.test(stdout)) throw new Error(stdout);
  }, 30_000);

describe('dbg why of several containers', () => {
  test('what is broken, the worst first; the others with -v', async ({ lab }) => {
    const { label, run } = await hostOf(lab);
    const well = await run('well', []);
    const [ill, done] = [await run('ill', [], 'sh', '-c', 'exit 4'), await run('done', [], 'true')];
    const loop = await run('loop', ['--restart', 'always'], 'sh', '-c', 'exit 3');
    const paused = await run('paused', []);
    await lab.docker('pause', paused);
    for (const name of [ill, done, loop]) await exited(name);

    const { stdout, exitCode } = await dbg(['why', ...label, ...unhurried()]);
    const firsts = String(stdout)
      .split('\n')
      .filter((line) => line.startsWith('✗'));
    expect(firsts.map((line) => [loop, paused, ill].find((name) => line.includes(`"${name}"`)))).toEqual(
      // Both should run: a pause stands before a loop in the table of checks.
      [paused, loop, ill],
    );
    expect(String(stdout)).toMatch(/\n3 of 5 containers have something broken \(-v shows the others too\)$/);
    expect(exitCode).toBe(1);

    const verbose = String((await dbg(['why', '-v', ...label, ...unhurried()])).stdout);
    expect(verbose).toContain(`\n✓ "${well}"\n`);
    expect(verbose).toMatch(new RegExp(`\n✓ "${done}" ended .* by itself with exit code 0`));

    const records = JSON.parse(String((await dbg(['why', '--json', ...label, ...unhurried()])).stdout)) as Record[];
    expect(records.map(({ container, broken, answer }) => [container, broken, answer?.id])).toEqual([
      [paused, true, 'life.paused'],
      [loop, true, 'life.restart-loop'],
      [ill, true, 'life.exit-code'],
    ]);
  });

  test('the whole host, without a word, has them too; a terminal shows the progress', async ({ lab }) => {
    const ill = await lab.run('ill', { command: ['sh', '-c', 'exit 4'] });
    await lab.run('well');
    await exited(ill);
    const { stdout, exitCode } = await dbg(['why']);
    expect(String(stdout)).toContain(`✗ "${ill}" ended`);
    expect(exitCode).toBe(1);
    const terminal = dbgOnTerminal(['why']);
    await terminal.sees(/1 of \d+ containers/);
    await terminal.sees(/have something broken|has something broken/);
    expect(await terminal.ended).toBe(1);
  });

  test('names with commas, all well', async ({ lab }) => {
    const [web, db] = [await lab.run('web'), await lab.run('db')];
    const { stdout, exitCode } = await dbg(['why', `${web},${db}`, ...unhurried()]);
    expect(String(stdout)).toBe('nothing is broken in 2 containers, as far as dbg can see (-v shows the others too)');
    expect(exitCode).toBe(0);
  });

  test('containers that come and go meanwhile are no failure', async ({ lab }) => {
    const { label, run } = await hostOf(lab);
    await run('stays', []);
    const churn = Array.from({ length: 12 }, (_, at) => `${lab.name('gone')}-${at}`);
    lab.cleanUp(async () => execa('docker', ['rm', '-f', ...churn], { reject: false }));
    const created = churn.map(async (name) =>
      execa('docker', ['run', '--rm', '--name', name, ...label, 'busybox', 'sleep', '0.2']),
    );
    for (let turn = 0; turn < 6; turn++) {
      const { stderr, exitCode } = await dbg(['why', ...label, ...unhurried()]);
      expect([String(stderr), exitCode]).toEqual(['', 0]);
    }
    await Promise.all(created);
  });
});

test('a fact that never comes is named, in the time that is asked for, and the rest is judged', async ({ lab }) => {
  const ill = await lab.run('ill', { command: ['sh', '-c', 'exit 4'] });
  await exited(ill);
  const { env } = await lyingEngine(lab, { about: ['events'], say: () => undefined });
  // The engine that hangs keeps nobody waiting: dbg's own time limit for it is 20 s.
  const within = async (words: readonly string[], seconds: number) => {
    const one = dbg(['why', ...words, '--timeout', `${seconds}s`], { env });
    return Promise.race([one, sleep(15_000).then(() => Promise.reject(new Error(`${words.join(' ')} does not end`)))]);
  };
  for (const words of [[ill], [`${ill},${ill}`, '-v']]) {
    const { stdout, stderr, exitCode } = await within(words, 3);
    expect(String(stdout)).toMatch(/no answer within (2|1\.\d) s/);
    expect(String(stderr)).toBe('dbg: not all was known in time: --timeout 12s waits longer');
    // Of a container that does not run, its life is all there is to look at.
    expect(exitCode).toBe(125);
  }
});

test('a volume whose driver hangs hides no full disk', async ({ lab }) => {
  const volume = lab.name('data');
  const options = ['type=tmpfs', 'device=tmpfs', 'o=size=1m'].flatMap((each) => ['--opt', each]);
  await lab.docker('volume', 'create', ...options, volume);
  const fill = ['sh', '-c', 'dd if=/dev/zero of=/data/x bs=4k; echo full; exec sleep 3600'];
  const web = await lab.run('web', { options: ['--volume', `${volume}:/data`], command: fill });
  lab.cleanUp(async () => {
    await lab.docker('rm', '-f', web);
    await lab.docker('volume', 'rm', volume);
  });
  await expect.poll(() => lab.docker('logs', web)).toContain('full');
  const { env } = await lyingEngine(lab, { about: ['volume'], say: () => undefined });
  const { stdout, exitCode } = await dbg(['why', web, ...unhurried()], { env });
  expect(String(stdout)).toMatch(/^no space is left on "\/data"/);
  expect(exitCode).toBe(1);
});

test('containers that could not be looked at are said, and not that there are none', async ({ lab }) => {
  const [web, db] = [await lab.run('web'), await lab.run('db')];
  const { env } = await lyingEngine(lab, { about: ['inspect'], say: () => undefined });
  const { stdout, stderr, exitCode } = await dbg(['why', `${web},${db}`, '--timeout', '3s'], { env });
  expect([String(stdout), exitCode]).toEqual(['', 125]);
  expect(String(stderr)).toMatch(/^dbg: the engine at .* has not answered for 2(\.\d)? seconds/);
});

test.for(['inspect', 'list'] as const)('an engine that never answers is said so: %s', async (about, { lab }) => {
  const web = await lab.run('web');
  const { env } = await lyingEngine(lab, { about: [about], say: () => undefined });
  const { stderr, exitCode } = await dbg(['why', ...(about === 'list' ? [] : [web]), '--timeout', '3s'], { env });
  expect(String(stderr)).toMatch(/^dbg: the engine at unix:.* has not answered for 2(\.\d)? seconds\n/);
  expect(exitCode).toBe(125);
});
