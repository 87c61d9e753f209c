import { stripVTControlCharacters } from 'node:util';
import { expect } from 'vitest';
import { dbg, dbgOnTerminal } from './support/dbg.ts';
import { type Lab, test } from './support/lab.ts';
import { makesCuts } from './support/cuts.ts';

makesCuts();

const compose = (project: string, service: string, number: string, ...more: string[]) => ({
  options: [
    ...['project', `service=${service}`, `container-number=${number}`].flatMap((label) => [
      '--label',
      `com.docker.compose.${label === 'project' ? `project=${project}` : label}`,
    ]),
    ...more,
  ],
});
const hostname = async (ref: string) => (await dbg(['exec', ref, 'hostname'])).stdout;
const idOf = async (lab: Lab, name: string) => (await lab.docker('inspect', '-f', '{{.Id}}', name)).slice(0, 12);

test('Compose: service, project/service, service.2; several are an error with the candidates', async ({ lab }) => {
  const one = await lab.run('x1', compose('shop-q', 'front', '1'));
  const two = await lab.run('x2', compose('shop-q', 'front', '2'));
  const other = await lab.run('x3', compose('blog-q', 'back', '1'));
  expect(await hostname('back')).toBe(await idOf(lab, other));
  expect(await hostname('blog-q/back')).toBe(await idOf(lab, other));
  expect(await hostname('front.2')).toBe(await idOf(lab, two));
  expect(await hostname('shop-q/front.1')).toBe(await idOf(lab, one));

  const { exitCode, stderr, stdout } = await dbg(['veth', 'front', '--down']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 125, stdout: '' });
  expect(stderr).toContain(`dbg: "front" is the service of 2 containers: `);
  for (const [name, service] of [
    [one, 'shop-q/front.1'],
    [two, 'shop-q/front.2'],
  ]) {
    expect(stderr).toContain(`${name} (${service}, running)`);
  }

  await lab.docker('stop', one);
  expect(await hostname('front')).toBe(await idOf(lab, two));
});

test('a published port: tcp first, udp when said', async ({ lab }) => {
  const tcp = await lab.run('tcp', { options: ['-p', '127.0.0.1:47201:80', '-p', '127.0.0.1:47202:80'] });
  const udp = await lab.run('udp', { options: ['-p', '127.0.0.1:47201:80/udp', '-p', '127.0.0.1:47203:80/udp'] });
  expect(await hostname(':47201')).toBe(await idOf(lab, tcp));
  expect(await hostname(':47201/udp')).toBe(await idOf(lab, udp));
  expect(await hostname(':47203')).toBe(await idOf(lab, udp));
  const { stderr, exitCode } = await dbg(['exec', ':47202/udp', 'true']);
  expect(exitCode).toBe(125);
  // Containers of other tests publish ports as well.
  expect(stderr).toMatch(/no container publishes port 47202\/udp \(published: .*47201, 47202, 47203/);
});

test('a port on two addresses is two containers: an error', async ({ lab }) => {
  await lab.run('a', { options: ['-p', '127.0.0.1:47211:80'] });
  await lab.run('b', { options: ['-p', '127.0.0.2:47211:80'] });
  const { stderr, exitCode } = await dbg(['exec', ':47211', 'true']);
  expect(exitCode).toBe(125);
  expect(stderr).toMatch(/port 47211 is published by 2 containers: \S+-b \([0-9a-f]{12}\), \S+-a \([0-9a-f]{12}\)/);
});

test("a container's own name goes before a service's", async ({ lab }) => {
  const named = await lab.run('named');
  await lab.run('other', compose('shop-r', named, '1'));
  expect(await hostname(named)).toBe(await idOf(lab, named));
});

test('the list: latest start first, aligned, no line wraps, every column is searched', async ({ lab }) => {
  const first = await lab.run('1st', { options: ['-p', '127.0.0.1:47221:80'] });
  const second = await lab.run('2nd', compose('p', 's', '1', '--label', 'x=\u001b[31m'));
  await lab.docker('restart', '-t', '0', first);
  const terminal = dbgOnTerminal(['shell'], { SHELL: '/bin/bash', NO_COLOR: '1' });
  await terminal.sees('Which container?');
  await terminal.sees(second);
  await terminal.sees('navigate');
  const shown = terminal.screen();
  // It may be drawn once more just now: the last that is whole.
  const end = shown.lastIndexOf('navigate');
  const lines = stripVTControlCharacters(shown.slice(shown.lastIndexOf('Which', end), end)).split(/\r?\n/);
  const listed = lines.filter((line) => /-(1st|2nd)/.test(line));
  expect(listed.map((line) => /-(1st|2nd)/.exec(line)?.[1])).toEqual(['1st', '2nd']);
  expect(new Set(listed.map((line) => line.indexOf('busybox')))).toHaveLength(1);
  for (const line of lines) expect(line.length).toBeLessThan(80);
  for (const part of shown.split('\u001b[').slice(1)) expect(part).not.toMatch(/^(?:3\d|9\d|1)m/);

  terminal.type('47221 RUNNING');
  await terminal.sees(new RegExp(`47221 RUNNING\\s+❯ \\S+-1st `));
  expect(stripVTControlCharacters(terminal.screen().slice(shown.length))).not.toMatch(/❯ \S+-2nd/);
  terminal.type('\u0003');
  expect(await terminal.ended).toBe(130);
});

test('nobody to ask: wrong usage', async () => {
  for (const args of [['shell'], ['veth'], ['tcpdump']]) {
    expect(await dbg(args)).toMatchObject({ exitCode: 2, stdout: '' });
  }
});
