import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg, DBG } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

function rulesIn(lab: Lab, rules: string): string {
  const path = join(lab.folder, 'rules.yaml');
  writeFileSync(path, rules);
  return path;
}

const through = (rules: string, ...command: readonly string[]) => dbg(['api', 'hijack', rules, '--', ...command]);

test('docker ps shows what you say; what no rule fits is the engine’s', async ({ lab }) => {
  const web = await lab.run('web');
  const rules = rulesIn(
    lab,
    `- match: { path: /containers/json }
  answer:
    json: [{ Id: abcdef0123456789, Names: [/made-up], Image: nothing, Status: Up for ever, State: running }]`,
  );
  const ps = await through(rules, 'docker', 'ps', '--format', '{{.Names}} {{.Status}}');
  expect([ps.stdout, ps.exitCode]).toEqual(['made-up Up for ever', 0]);
  expect(ps.stderr).toContain('dbg: rule 1: GET /containers/json answered with 200');
  expect((await through(rules, 'docker', 'inspect', '-f', '{{.Name}}', web)).stdout).toBe(`/${web}`);
});

test('a patch changes what the engine says, a delay when', async ({ lab }) => {
  const web = await lab.run('web');
  const rules = rulesIn(
    lab,
    `- match: { path: "/containers/*/json" }
  patch: { State: { Status: dead } }
  delay: 500ms`,
  );
  const began = Date.now();
  const format = '{{.State.Status}} {{.Name}} {{.State.Running}}';
  const { stdout } = await through(rules, 'docker', 'inspect', '-f', format, web);
  expect(stdout).toBe(`dead /${web} true`);
  expect(Date.now() - began).toBeGreaterThanOrEqual(500);
});

test('a client’s retry, against a 500 that comes once', async ({ lab }) => {
  const rules = rulesIn(lab, '- match: { path: /info }\n  fail: { status: 500, message: not now }\n  times: 1');
  const retrying = `
    const { get } = require('node:http');
    const socketPath = process.env.DOCKER_HOST.replace('unix://', '');
    const ask = (left) => get({ socketPath, path: '/info' }, (answer) => {
      console.log(answer.statusCode);
      answer.resume().on('end', () => answer.statusCode === 500 && left > 0 && ask(left - 1));
    });
    ask(3);`;
  expect((await through(rules, process.execPath, '-e', retrying)).stdout).toBe('500\n200');
  const docker = await through(rules, 'docker', 'info', '-f', '{{.ID}}');
  expect(docker.stderr).toContain('not now');
});

test('dropped in mid-stream, and before the engine hears of it', async ({ lab }) => {
  const web = await lab.run('web');
  const saved = await through(
    rulesIn(lab, '- match: { path: /images/get }\n  drop: { after: 64k }'),
    'docker',
    'save',
    'busybox',
    '-o',
    join(lab.folder, 'x'),
  );
  expect(saved.exitCode).not.toBe(0);
  expect(saved.stderr).toMatch(/unexpected EOF/i);
  const killed = await through(
    rulesIn(lab, '- match: { method: POST, path: "/containers/*/kill" }\n  drop: {}'),
    'docker',
    'kill',
    web,
  );
  expect(killed.exitCode).not.toBe(0);
  expect(killed.stderr).toMatch(/ContainerKill .*! dropped by dbg/);
  expect(await lab.docker('inspect', '-f', '{{.State.Running}}', web)).toBe('true');
});

test('streams go through as they are: stdin, binary, exit code', async ({ lab }) => {
  const web = await lab.run('web');
  const rules = rulesIn(lab, '- match: { path: /nothing/like/it }\n  drop: {}');
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 256));
  const docked = ['docker', 'exec', '-i', web, 'sh', '-c', 'cat; sleep 0.7; echo late; exit 5'];
  const { stdout, exitCode } = await execa(process.execPath, [DBG, 'api', 'hijack', '-q', rules, '--', ...docked], {
    input: bytes,
    reject: false,
    encoding: 'buffer',
    stripFinalNewline: false,
  });
  expect(exitCode).toBe(5);
  expect(Buffer.from(stdout).equals(Buffer.concat([bytes, Buffer.from('late\n')]))).toBe(true);
});

test('read again when the file changes; a mistake leaves the rules before', async ({ lab }) => {
  const [rules, path] = [rulesIn(lab, '- match: { path: /_ping }\n  fail: { status: 501 }'), join(lab.folder, 's')];
  const running = execa(process.execPath, [DBG, 'api', 'hijack', '--listen', `unix:${path}`, rules], { reject: false });
  const said = { text: '' };
  running.stderr.on('data', (piece) => (said.text += piece));
  const status = async () => {
    const program = `require('node:http').get({ socketPath: '${path}', path: '/_ping' }, (answer) => console.log(answer.resume().statusCode))`;
    return (await execa(process.execPath, ['-e', program])).stdout;
  };
  await expect.poll(() => said.text).toContain('in another terminal');
  expect(await status()).toBe('501');
  writeFileSync(`${rules}.new`, readFileSync(rules, 'utf8').replace('501', '502'));
  renameSync(`${rules}.new`, rules);
  await expect.poll(() => said.text).toContain('was read again: 1 rules');
  expect(await status()).toBe('502');
  writeFileSync(rules, '- match: {}\n  fial: {}\n');
  await expect.poll(() => said.text).toContain('line 2: "fial" is not known');
  expect(await status()).toBe('502');
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(0);
});

test('a file that is not there, or wrong, is told before anything begins', async ({ lab }) => {
  for (const [rules, says] of [
    [join(lab.folder, 'none.yaml'), 'cannot be read'],
    [rulesIn(lab, '- match: {}\n'), 'line 1: the rule does nothing'],
  ] as const) {
    const { exitCode, stderr, stdout } = await through(rules, 'echo', 'ran');
    expect([exitCode, stderr, stdout]).toEqual([125, expect.stringContaining(says), '']);
  }
});
