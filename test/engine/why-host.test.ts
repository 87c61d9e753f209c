import { execa } from 'execa';
import { describe, expect, vi } from 'vitest';
import { dbg, dbgOnTerminal } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

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

    const { stdout, exitCode } = await dbg(['why', ...label]);
    const firsts = String(stdout)
      .split('\n')
      .filter((line) => line.startsWith('✗'));
    expect(firsts.map((line) => [loop, paused, ill].find((name) => line.includes(`"${name}"`)))).toEqual(
      // Both should run: a pause stands before a loop in the table of checks.
      [paused, loop, ill],
    );
    expect(String(stdout)).toMatch(/\n3 of 5 containers have something broken \(-v shows the others too\)$/);
    expect(exitCode).toBe(1);

    const verbose = String((await dbg(['why', '-v', ...label])).stdout);
    expect(verbose).toContain(`\n✓ "${well}"\n`);
    expect(verbose).toMatch(new RegExp(`\n✓ "${done}" ended .* by itself with exit code 0`));

    const records = JSON.parse(String((await dbg(['why', '--json', ...label])).stdout)) as Record[];
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
    const { stdout, exitCode } = await dbg(['why', `${web},${db}`]);
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
      const { stderr, exitCode } = await dbg(['why', ...label]);
      expect([String(stderr), exitCode]).toEqual(['', 0]);
    }
    await Promise.all(created);
  });
});
