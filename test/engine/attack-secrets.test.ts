import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { COMMANDS, INNOCENT, LINES, OPTIONS, SECRET, TOKENS, VARIABLES } from '../unit/api/wire/redact/secrets.ts';
import { dbg } from './support/dbg.ts';
import { test } from './support/lab.ts';

/** A call that a client makes: with JSON, unless it says something else. */
interface Asked {
  readonly target: string;
  readonly body?: unknown;
  readonly type?: string;
}

/** A client that makes calls, one after another, and prints what it was answered. */
const CLIENT = `
import { request } from 'node:http';
import { readFileSync } from 'node:fs';
const socketPath = process.env.DOCKER_HOST.replace('unix://', '');
for (const { target, body, type = 'application/json' } of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  await new Promise((done, fail) => {
    const headers = body === undefined ? {} : { 'Content-Type': type };
    const asked = request({ socketPath, path: target, method: body === undefined ? 'GET' : 'POST', headers }, (answer) => {
      answer.setEncoding('utf8').on('data', (text) => process.stdout.write(text)).on('end', done);
    });
    asked.on('error', fail).end(body === undefined ? undefined : JSON.stringify(body));
  });
}`;

/** What of a text could be used by who reads it. */
const secretIn = (text: string) =>
  // base64 may end in `=`
  text.includes(SECRET) ? SECRET : /[\w./+-]{16,}(?==*$)/.exec(text.trim())![0].slice(-16);

test('what is planted in arguments, lines, variables, options and bodies is not in a recording', async ({ lab }) => {
  const web = await lab.run('web');
  const script = join(lab.folder, 'client.mjs');
  const list = join(lab.folder, 'calls.json');
  writeFileSync(script, CLIENT);
  const volume = lab.name('volume');
  lab.cleanUp(() => lab.docker('volume', 'rm', '-f', volume));
  const exec = (body: object): Asked => ({ target: `/v1.41/containers/${web}/exec`, body });
  const calls: readonly Asked[] = [
    ...COMMANDS.map(([, argv]) => exec({ Cmd: argv })),
    ...LINES.map(([, line]) => exec({ Cmd: ['sh', '-c', line] })),
    ...TOKENS.map(([, token]) => exec({ Cmd: ['/app', token], Env: [`SETTING=${token}`] })),
    ...VARIABLES.map(([, variable]) => exec({ Env: [variable], Cmd: ['true'] })),
    ...OPTIONS.map(([key, value]) => ({
      target: '/v1.41/containers/create',
      // The engine says what is wrong with it, and makes none.
      body: {
        Image: 'none',
        Labels: { [key]: value },
        HostConfig: { LogConfig: { Type: 'none', Config: { [key]: value } } },
      },
    })),
    {
      target: '/v1.41/containers/create',
      body: { Image: 'none', Healthcheck: { Test: ['CMD-SHELL', `curl -u ann:${SECRET} http://localhost/`] } },
    },
    { target: '/v1.41/volumes/create', body: { Name: volume, DriverOpts: { psk: SECRET }, Labels: { token: SECRET } } },
    { target: `/v1.41/volumes/${volume}` },
    { target: '/v1.41/auth', body: { username: 'ann', password: SECRET }, type: 'application/octet-stream' },
    { target: `/v1.41/images/json?note=${encodeURIComponent(`https://x/?sig=${SECRET}`)}` },
  ];
  writeFileSync(list, JSON.stringify(calls));
  const recorded = async (name: string, ...options: readonly string[]) => {
    const file = join(lab.folder, name);
    const { exitCode } = await dbg(['api', 'record', '-q', ...options, file, '--', process.execPath, script, list]);
    expect(exitCode).toBe(0);
    return readFileSync(file, 'utf8');
  };
  const [plain, safe] = [await recorded('plain', '--reveal'), await recorded('safe')];
  const planted: readonly (readonly [kind: string, text: string])[] = [
    ...COMMANDS.map(
      ([kind, argv]) =>
        [kind, argv.find((word) => word.includes(SECRET)) ?? argv.find((word) => word.length > 31)!] as const,
    ),
    ...LINES.filter(([, line]) => line.includes(SECRET)),
    ...TOKENS.filter(([, token]) => !token.includes('KEY')),
    ...VARIABLES,
    ...OPTIONS.map(([key, value]) => [key, value] as const),
  ];
  expect(planted.length).toBeGreaterThan(250);
  expect(planted.filter(([, text]) => !plain.includes(secretIn(text)))).toEqual([]);
  expect(planted.filter(([, text]) => safe.includes(secretIn(text)))).toEqual([]);
  expect(safe.match(/BEGIN [A-Z ]*PRIVATE KEY/)).toBeNull();
});

test('what only looks like a secret is in a recording as it was', async ({ lab }) => {
  const web = await lab.run('web');
  const [script, list, file] = ['client.mjs', 'calls.json', 'r'].map((name) => join(lab.folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(script, CLIENT);
  const target = `/v1.41/containers/${web}/exec`;
  const bodies = [
    ...INNOCENT.commands.map((argv) => ({ Cmd: argv })),
    ...INNOCENT.lines.map((line) => ({ Cmd: ['sh', '-c', line] })),
    ...INNOCENT.variables.map((variable) => ({ Env: [variable], Cmd: ['true'] })),
  ];
  writeFileSync(list, JSON.stringify(bodies.map((body) => ({ target, body }))));
  expect((await dbg(['api', 'record', '-q', file, '--', process.execPath, script, list])).exitCode).toBe(0);
  const sent = readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => (line.includes('"from":"client","text"') ? [(JSON.parse(line) as { text: string }).text] : []));
  expect(sent).toEqual(bodies.map((body) => JSON.stringify(body)));
});
