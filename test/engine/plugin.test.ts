import { mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

const docker = (lab: Lab, ...args: string[]) =>
  execa('docker', args, { reject: false, env: { DOCKER_CONFIG: lab.folder } });
const plugin = (lab: Lab, word: string) => dbg(['plugin', word], { env: { DOCKER_CONFIG: lab.folder } });

test('docker dbg: with its verbs, its exit codes and docker’s own options', async ({ lab }) => {
  const web = await lab.run('web');
  expect((await docker(lab, 'dbg', 'ps')).exitCode).not.toBe(0);
  const { stderr } = await plugin(lab, 'install');
  expect(stderr).toMatch(/^dbg: docker knows dbg now: .*\/cli-plugins\/docker-dbg\n/);
  expect((await docker(lab, '--help')).stdout).toMatch(/dbg\* .*host's own tools/);
  const run = await docker(lab, 'dbg', 'exec', web, 'sh', '-c', 'hostname; exit 4');
  expect([run.stdout, run.exitCode]).toEqual([await lab.docker('exec', web, 'hostname'), 4]);
  const other = await docker(lab, '-H', 'unix:///nowhere.sock', 'dbg', 'ps', web);
  expect([other.exitCode, other.stderr]).toEqual([125, expect.stringContaining('/nowhere.sock')]);
});

test('the link goes as it came, twice without harm', async ({ lab }) => {
  await plugin(lab, 'install');
  expect((await plugin(lab, 'install')).exitCode).toBe(0);
  expect(readlinkSync(join(lab.folder, 'cli-plugins/docker-dbg'))).toMatch(/\/bin\/dbg\.js$/);
  expect((await plugin(lab, 'remove')).exitCode).toBe(0);
  const again = await plugin(lab, 'remove');
  expect([again.exitCode, again.stderr]).toEqual([0, expect.stringContaining('it is not there')]);
});

test('a plugin of another maker is neither written over nor removed', async ({ lab }) => {
  const path = join(lab.folder, 'cli-plugins/docker-dbg');
  mkdirSync(join(lab.folder, 'cli-plugins'));
  writeFileSync(path, 'of another maker');
  for (const word of ['install', 'remove']) {
    const { exitCode, stderr } = await plugin(lab, word);
    expect([exitCode, stderr]).toEqual([125, expect.stringContaining("is no link of dbg's")]);
  }
});
