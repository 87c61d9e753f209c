import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

/** What somebody else's recording may hold in place of what dbg writes. */
interface Planted {
  readonly engine?: string;
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
}

function recordingOf(lab: Lab, { engine = 'unix:///run/docker.sock', method, target, headers, body }: Planted): string {
  const file = join(lab.folder, 'stranger.ndjson');
  const head = {
    method: method ?? 'GET',
    target: target ?? '/info',
    version: '1.1',
    headers: headers ?? [['Host', 'docker']],
    doubts: [],
  };
  const lines = [
    { recording: 'dbg api', version: 1, started: 0, engine, tls: false },
    { t: 0, connection: 1, type: 'open' },
    { t: 1, connection: 1, type: 'request', call: 1, head },
    ...(body === undefined ? [] : [{ t: 2, connection: 1, type: 'data', call: 1, from: 'client', text: body }]),
    { t: 3, connection: 1, type: 'end', call: 1, from: 'client' },
    { t: 4, connection: 1, type: 'close', first: 'engine' },
  ];
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}

const REFUSED: readonly (readonly [kind: string, Planted])[] = [
  ['a host of its own in the target', { target: '@evil.example/x' }],
  ['a longer host', { target: '.evil.example/x' }],
  ['a port', { target: ':81/x' }],
  ['a whole address', { target: 'http://evil.example/x' }],
  ['a file', { target: 'file:///etc/shadow' }],
  ['an option', { target: '-o/tmp/x' }],
  ['nothing', { target: '' }],
  ['a star', { target: '*', method: 'OPTIONS' }],
  ['a second request in the target', { target: '/x HTTP/1.1\r\nX-Evil: 1\r\n\r\nGET /y' }],
  ['an option of curl in place of the engine', { engine: '-K/tmp/evil' }],
  ['an address in place of the engine', { engine: 'http://evil.example' }],
  ['a file in place of the engine', { engine: 'file:///etc' }],
  ['a user in the engine', { engine: 'tcp://docker:2375@evil.example:80' }],
  ['a path in the engine', { engine: 'tcp://evil.example:80/x?' }],
  ['a socket that is an option', { engine: 'unix://-o' }],
  ['a second request in the method', { method: 'GET / HTTP/1.1\r\nX-Evil: 1\r\n\r\nGET' }],
  ['a method that is an option', { method: '--output' }],
  ['no method', { method: '' }],
  ['a header that is a file', { headers: [['@/etc/passwd', '']] }],
  ['a header that is a file, with a value', { headers: [['@/etc/passwd', 'x']] }],
  ['a header in a header', { headers: [['X-A', 'b\r\nX-Evil: 1']] }],
  ['a header in the name of one', { headers: [['X-A: 1\r\nX-Evil', '1']] }],
  ['a header without a name', { headers: [['', 'a']] }],
];

test.for(REFUSED)('no line is printed: %s', async ([, planted], { lab }) => {
  const { stdout, stderr, exitCode } = await dbg(['api', 'curl', recordingOf(lab, planted), '1']);
  expect([stdout, exitCode]).toEqual(['', 125]);
  expect(stderr).toMatch(/^dbg: .*\n {5}look at it: /);
});

const touch = (lab: Lab) => `touch ${join(lab.folder, 'made')}`;

test.for<[kind: string, planted: (lab: Lab) => Planted]>([
  ['a command in the target', (lab) => ({ target: `/x';${touch(lab).replaceAll(' ', '${IFS}')};'` })],
  ['a substitution in the target', (lab) => ({ target: `/$(${touch(lab).replaceAll(' ', '${IFS}')})` })],
  ['old quotes', (lab) => ({ target: `/\`${touch(lab).replaceAll(' ', '${IFS}')}\`` })],
  ['a command in a header', (lab) => ({ headers: [['X-A', `'; ${touch(lab)}; '`]] })],
  ['one behind a character that is not seen', (lab) => ({ headers: [['X-A', `\u001b\\'; ${touch(lab)}; '`]] })],
  ['a command in a body', (lab) => ({ method: 'POST', body: `'; ${touch(lab)}; '$(${touch(lab)})` })],
  [
    'one behind a character that is not seen in a body',
    (lab) => ({ method: 'POST', body: `\u001b'; ${touch(lab)}; '` }),
  ],
  ['a file in place of a body', () => ({ method: 'POST', body: '@/etc/passwd' })],
  ['a command in the engine', (lab) => ({ engine: `unix:///run/x'; ${touch(lab)}; '` })],
  ['a part of the target that is no part of it for curl', () => ({ target: '/a#/b' })],
  ['two addresses', () => ({ target: '/{a,b}[1-9]' })],
])('the line is one call of curl: %s', async ([, planted], { lab }) => {
  const { engine = 'unix:///run/docker.sock', target = '/info', headers = [], body } = planted(lab);
  const { stdout, exitCode } = await dbg(['api', 'curl', recordingOf(lab, planted(lab)), '1']);
  expect(exitCode).toBe(0);
  // A curl that tells what it was told.
  const folder = join(lab.folder, 'bin');
  mkdirSync(folder);
  writeFileSync(join(folder, 'curl'), '#!/bin/sh\nprintf "%s\\0" "$@"\n');
  chmodSync(join(folder, 'curl'), 0o755);
  for (const shell of ['bash', 'dash']) {
    const env = { PATH: `${folder}:${process.env['PATH']}` };
    const ran = await execa(shell, { input: String(stdout), env, reject: false });
    const words = ran.stdout.split('\0');
    expect([ran.stderr, ran.exitCode]).toEqual(['', 0]);
    expect(existsSync(join(lab.folder, 'made'))).toBe(false);
    expect(words.slice(0, 2)).toEqual(['--unix-socket', engine.slice('unix://'.length)]);
    expect(words.at(-2)).toBe(`http://docker${target}`);
    const options = words.slice(2, -2).filter((word) => word.startsWith('-'));
    expect(options.filter((word) => !KNOWN.has(word))).toEqual([]);
    // dash has no $'…'.
    if (shell === 'bash') for (const [name, value] of headers) expect(words).toContain(`${name}: ${value}`);
    if (body?.startsWith('@')) expect(words).toEqual(expect.arrayContaining(['--data-raw', body]));
    if (target.includes('#')) expect(words).toEqual(expect.arrayContaining(['--request-target', target]));
  }
});

const KNOWN = new Set(['-X', '-H', '--data-binary', '--data-raw', '--globoff', '--request-target']);
