import { expect } from 'vitest';
import { dbg } from './support/dbg.ts';
import { test } from './support/lab.ts';

interface Variable {
  readonly name: string;
  readonly process: string | null;
  readonly configured: string | null;
  readonly same: boolean;
}

async function variables(...args: readonly string[]): Promise<Map<string, Variable>> {
  const { stdout, stderr, exitCode } = await dbg(['env', ...args, '--json']);
  expect(exitCode, String(stderr)).toBe(0);
  const found: Variable[] = JSON.parse(stdout as string).variables;
  return new Map(found.map((each) => [each.name, each]));
}

const CHANGES = { command: ['sh', '-c', 'export MODE=late ADDED=yes; unset GONE; exec sleep 3600'] };
const GIVEN = ['MODE=early', 'GONE=was here', 'LINES=one\ntwo=2', 'EMPTY='];

test('what an entry point has changed, beside what the engine was told', async ({ lab }) => {
  const web = await lab.run('web', { ...CHANGES, options: GIVEN.flatMap((each) => ['-e', each]) });
  await expect.poll(async () => (await variables(web)).get('MODE')?.process).toBe('late');
  const found = await variables(web);
  const row = (name: string) => found.get(name);
  expect(row('MODE')).toEqual({ name: 'MODE', process: 'late', configured: 'early', same: false });
  expect(row('ADDED')).toEqual({ name: 'ADDED', process: 'yes', configured: null, same: false });
  expect(row('GONE')).toEqual({ name: 'GONE', process: null, configured: 'was here', same: false });
  expect(row('LINES')).toMatchObject({ process: 'one\ntwo=2', same: true });
  expect(row('EMPTY')).toMatchObject({ process: '', configured: '', same: true });
  const { stdout } = await dbg(['env', web]);
  expect(stdout).toMatch(/^NAME +FIRST PROCESS +CONFIGURED\n/);
  expect(stdout).toMatch(/^MODE +late +early$/m);
  expect(stdout).toMatch(/^LINES +one\\ntwo=2 +=$/m);
});

test('secrets are left out, unless they are asked for', async ({ lab }) => {
  const web = await lab.run('web', {
    options: ['-e', 'DB_PASSWORD=hunter22', '-e', 'URL=postgres://ann:s3cret@db/x'],
  });
  const [shown, revealed] = [await dbg(['env', web]), await dbg(['env', web, '--reveal'])];
  expect(shown.stdout).not.toMatch(/hunter22|s3cret/);
  expect(shown.stdout).toMatch(/^DB_PASSWORD +\[redacted\] +=$/m);
  expect(shown.stdout).toMatch(/^URL +postgres:\/\/ann:\[redacted\]@db\/x +=$/m);
  expect(revealed.stdout).toMatch(/^DB_PASSWORD +hunter22 +=$/m);
});

test('several, by names, by a label, and by a process without an engine', async ({ lab }) => {
  const [one, other] = [await lab.run('one', { options: ['-e', 'A=1'] }), await lab.run('other')];
  const both = JSON.parse(String((await dbg(['env', `${one},${other}`, '--json'])).stdout)) as { container: string }[];
  expect(both.map(({ container }) => container)).toEqual([one, other]);
  const text = String((await dbg(['env', `${one},${other}`])).stdout);
  expect(text).toContain(`==> ${one} <==\nNAME`);
  expect(text).toContain(`\n\n==> ${other} <==\nNAME`);
  const elsewhere = { DOCKER_HOST: 'unix:///nonexistent' };
  const alone = await dbg(['env', '--pid', String(await lab.pid(one)), '--json'], { env: elsewhere });
  expect(JSON.parse(String(alone.stdout))).toMatchObject({ container: null, pid: await lab.pid(one) });
  expect(String(alone.stdout)).toContain('"configured": null');
});

test('of several, a name that is none: nothing is shown', async ({ lab }) => {
  const one = await lab.run('one');
  const { exitCode, stdout, stderr } = await dbg(['env', `${one},nosuch`]);
  expect(exitCode).toBe(125);
  expect(stderr).toContain('nosuch');
  expect(stdout).toBe('');
});
