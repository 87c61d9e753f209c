import { request } from 'node:http';
import { join } from 'node:path';
import { execa, type Options } from 'execa';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { openWindow, startBrowser } from './support/browser.ts';
import { DBG, dbg } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

let browser: Browser;
beforeAll(async () => void (browser = await startBrowser()));
afterAll(() => browser.close());

/** `dbg api ui` that listens, and docker through it; it ends with the test. */
async function started(lab: Lab, args: readonly string[] = []) {
  const path = join(lab.folder, 'docker.sock');
  const running = execa(process.execPath, [DBG, 'api', 'ui', '--listen', `unix:${path}`, ...args], {
    reject: false,
    stdin: 'ignore',
  });
  lab.cleanUp(async () => {
    running.kill('SIGTERM');
    await running;
  });
  let said = '';
  running.stderr.on('data', (piece) => (said += piece));
  await expect.poll(() => said).toContain('in another terminal');
  const url = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\da-f]{32}/.exec(said)![0];
  const env = { DOCKER_HOST: `unix://${path}` };
  const docker = (docked: readonly string[], options: Options = {}) =>
    execa('docker', docked, { reject: false, stdin: 'ignore', env, ...options });
  return { running, url, docker };
}

/** The same with a window that shows it. */
async function looking(lab: Lab) {
  const ui = await started(lab);
  const window = await openWindow(browser);
  lab.cleanUp(() => window.context.close());
  await window.page.goto(ui.url);
  await window.page.getByText('live', { exact: true }).waitFor();
  return { ...ui, ...window };
}

const REFUSED = 'refused';
/** The rows that are shown and have this text, or were answered by a status of 400 and more. */
const rowsOf = (page: Page, text: string) =>
  text === REFUSED
    ? page.locator('#rows .s4:not([hidden])')
    : page.locator('#rows tr:not([hidden])', { hasText: text });
const cells = (page: Page, text: string) => rowsOf(page, text).first().locator('td').allInnerTexts();
const detail = (page: Page) => page.locator('#detail-content');
const statusOf = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<{ status: number | undefined; headers: object; text: string }>((done, fail) => {
    const asked = request(url, { method, headers }, (answer) => {
      let text = '';
      answer.on('data', (piece) => (text += piece));
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, text }));
    });
    asked.on('error', fail).end();
  });

test('rows, the filter, the timeline, details by mouse and keyboard', async ({ lab }) => {
  const { page, docker, faults, requests, url } = await looking(lab);
  const web = await lab.run('web', { options: ['--env', 'COLOUR=blue'] });
  await docker(['ps']);
  await docker(['inspect', web]);
  await docker(['rm', lab.name('none')]);
  const shows = (operation: string) => expect.poll(async () => (await cells(page, operation)).slice(2, 5));
  await rowsOf(page, 'ContainerDelete').waitFor();
  await shows('ContainerDelete').toEqual(['ContainerDelete', lab.name('none'), '404']);
  await shows('ContainerInspect').toEqual(['ContainerInspect', web, '200']);
  const all = await rowsOf(page, '').count();
  await expect.poll(() => page.locator('#timeline rect').count()).toBe(all);

  // The filter hides rows, and fades their bars.
  await page.keyboard.press('/');
  await page.keyboard.type('status>=400 -ping');
  await expect.poll(() => rowsOf(page, '').count()).toBe(1);
  await expect.poll(() => page.locator('#timeline rect:not(.out)').count()).toBe(1);
  expect(await page.locator('#counters').innerText()).toContain(`1 of ${all} calls`);
  await page.keyboard.press('Escape');
  await expect.poll(() => rowsOf(page, '').count()).toBe(all);
  await page.keyboard.press('Escape');

  // Details: heads, and JSON indented.
  await rowsOf(page, 'ContainerInspect').click();
  const shown = detail(page);
  await shown.getByText('"COLOUR=blue"').waitFor();
  const text = await shown.innerText();
  expect(text).toMatch(/GET \/v[\d.]+\/containers\/\S+\/json HTTP\/1\.1/);
  expect(text).toContain('User-Agent: Docker-Client');
  expect(text).toContain('HTTP/1.1 200 OK');
  expect(text).toMatch(/\n {2}"State": \{\n {4}"Status": "running",\n/);
  await expect.poll(() => page.locator('#timeline rect.selected').count()).toBe(1);

  // The keyboard: one down, one up, away; a bar leads to its row.
  const first = await page.locator('[aria-selected=true]').getAttribute('data-call');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => page.locator('[aria-selected=true]').getAttribute('data-call')).not.toBe(first);
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => page.locator('[aria-selected=true]').getAttribute('data-call')).toBe(first);
  await page.keyboard.press('Escape');
  await shown.waitFor({ state: 'hidden' });
  await page.locator('#timeline rect.s4').dispatchEvent('click');
  await shown.getByText('No such container').waitFor();
  await page.keyboard.press('Escape');

  // Paused, it stands still; what came meanwhile comes then.
  await page.keyboard.press('p');
  await docker(['version']);
  await page.getByText(/\d waiting/).waitFor();
  expect(await rowsOf(page, '').count()).toBe(all);
  await page.keyboard.press('p');
  await rowsOf(page, 'SystemVersion').waitFor();

  expect(faults).toEqual([]);
  expect(requests.filter((each) => !each.startsWith(new URL(url).origin))).toEqual([]);
});

test('streams while they flow, told apart', async ({ lab }) => {
  const { page, docker, faults } = await looking(lab);
  const web = await lab.run('web', { command: ['sh', '-c', 'mkfifo /p; while :; do cat /p; done'] });
  const say = (line: string) => lab.docker('exec', web, 'sh', '-c', `echo ${line} > /p`);
  const logs = docker(['logs', '-f', web]);
  await rowsOf(page, 'ContainerLogs').click();
  await say('first');
  await detail(page).locator('.stdout', { hasText: 'first' }).waitFor();
  await say('second');
  await detail(page).locator('.stdout', { hasText: 'second' }).waitFor();
  expect((await cells(page, 'ContainerLogs'))[5]).toBe('open');
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await cells(page, 'ContainerLogs'))[1]).toMatch(/^docker\[\d+\]$/);

  await docker(['exec', '-i', web, 'sh', '-c', 'cat; echo wrong >&2'], { stdin: undefined, input: 'typed\n' });
  await rowsOf(page, 'ExecStart').click();
  const texts = (stream: string) => detail(page).locator(`.${stream} pre`).allInnerTexts();
  await detail(page).locator('.stderr', { hasText: 'wrong' }).waitFor();
  await expect.poll(async () => [await texts('stdin'), await texts('stdout')]).toEqual([['typed\n'], ['typed\n']]);
  await expect.poll(async () => (await cells(page, 'ExecStart')).slice(3, 5)).toEqual([web, '101']);

  await lab.docker('rm', '-f', web);
  await logs;
  await expect.poll(async () => (await cells(page, 'ContainerLogs'))[5]).toMatch(/ m?s$/);
  expect(faults).toEqual([]);
});

test('what containers say is text, whatever it looks like', async ({ lab }) => {
  const { page, docker, faults, requests, url } = await looking(lab);
  const evil = '</script></pre><img src=x onerror=alert(1)><svg onload=alert(2)>';
  const web = await lab.run('web', { options: ['--label', `a=${evil}`, '--env', `A=${evil}`] });
  const elements = () => page.locator('img, script, iframe, #list svg, #detail svg').count();
  const before = await elements();
  await docker(['inspect', web]);
  await docker(['inspect', '--type', 'container', evil]);
  await docker(['exec', web, 'printf', `${evil} \\033[31m \\342\\200\\256rtl`]);
  for (const [operation, seen] of [
    ['ContainerInspect', '"A=</script></pre><img src=x onerror=alert(1)>'],
    [REFUSED, 'No such container: </script>'],
    ['ContainerExec', 'onerror=alert(1)'],
    ['ExecStart', '<svg onload=alert(2)> \\e[31m \\u202ertl'],
  ] as const) {
    await rowsOf(page, operation).first().click();
    await detail(page).getByText(seen).first().waitFor();
  }
  expect((await cells(page, REFUSED))[3]).toContain('<img src=x onerror=alert(1)>');
  const text = await page.locator('body').innerText();
  expect(['\u001b', '\u202e'].filter((char) => text.includes(char))).toEqual([]);
  expect(await elements()).toBe(before);
  expect(faults).toEqual([]);
  expect(requests.filter((each) => !each.startsWith(new URL(url).origin))).toEqual([]);
});

describe('who may look', () => {
  test('the token opens it, once; nothing else does', async ({ lab }) => {
    const { url } = await started(lab);
    const { origin, host, searchParams } = new URL(url);
    const token = searchParams.get('token')!;
    const bearer = { Authorization: `Bearer ${token}` };
    const opened = await statusOf(url);
    expect(opened.status).toBe(200);
    const cookie = String((opened.headers as Record<string, string[]>)['set-cookie']![0]);
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(cookie + opened.text).not.toContain(token);
    expect((await statusOf(`${origin}/call/1`, bearer)).status).toBe(404);
    const nobody = [
      await statusOf(origin),
      await statusOf(`${origin}/page.js`),
      await statusOf(`${origin}/?token=${'0'.repeat(32)}`),
      await statusOf(`${origin}/events`),
      await statusOf(`${origin}/events`, { Cookie: cookie.split(';')[0]! }),
      await statusOf(`${origin}/call/1`, { Cookie: cookie.split(';')[0]! }),
      await statusOf(`${origin}/call/1`, { ...bearer, Host: 'evil.example' }),
      await statusOf(url, { Host: `evil.example:${host.split(':')[1]}` }),
      await statusOf(url, {}, 'POST'),
      await statusOf(`${origin}/call/1`, { Origin: 'http://evil.example' }, 'OPTIONS'),
    ];
    expect(nobody.map(({ status, text }) => [status, text])).toEqual(nobody.map(() => [403, '']));
    for (const { headers } of [opened, ...nobody]) {
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  test('a reload shows it again, without the token in the address; another window does not', async ({ lab }) => {
    const { page, context, docker } = await looking(lab);
    await docker(['version']);
    await rowsOf(page, 'SystemVersion').waitFor();
    expect(page.url()).not.toContain('token');
    await page.reload();
    await rowsOf(page, 'SystemVersion').waitFor();
    const other = await context.newPage();
    await other.goto(page.url());
    await other.getByText('this window does not have its token').waitFor();
    expect(await rowsOf(other, '').count()).toBe(0);
  });
});

describe('its end', () => {
  test('Ctrl-C: what came stays on the page', async ({ lab }) => {
    const { page, docker, running } = await looking(lab);
    await docker(['version']);
    await rowsOf(page, 'SystemVersion').waitFor();
    running.kill('SIGINT');
    await page.getByText('dbg has ended').waitFor();
    expect((await running).exitCode).toBe(0);
    expect(await rowsOf(page, 'SystemVersion').count()).toBe(1);
  });

  test('a command: its own output and exit code; the page stays as long as it is shown', async ({ lab }) => {
    const quick = await dbg(['api', 'ui', '--', 'sh', '-c', 'docker version >/dev/null && echo out; exit 7']);
    expect([quick.stdout, quick.exitCode]).toEqual(['out', 7]);

    const line = 'docker version >/dev/null; read wait; exit 5';
    const running = execa(process.execPath, [DBG, 'api', 'ui', '--', 'sh', '-c', line], { reject: false });
    lab.cleanUp(async () => (running.kill('SIGKILL'), await running));
    let said = '';
    running.stderr.on('data', (piece) => (said += piece));
    await expect.poll(() => said).toContain('token=');
    const { page, context } = await openWindow(browser);
    await page.goto(/http:\S+/.exec(said)![0]);
    await rowsOf(page, 'SystemVersion').waitFor();
    running.stdin.end('\n');
    await expect.poll(() => said).toContain('the command has ended');
    await rowsOf(page, 'SystemVersion').click();
    await detail(page).getByText('"ApiVersion"').first().waitFor();
    await context.close();
    expect((await running).exitCode).toBe(5);
  });

  test('a port that is taken, or none', async ({ lab }) => {
    const { url } = await started(lab);
    const { port } = new URL(url);
    const taken = await dbg(['api', 'ui', '--port', port]);
    expect([taken.exitCode, taken.stderr]).toEqual([
      125,
      expect.stringContaining(`somebody listens on 127.0.0.1:${port}`),
    ]);
    expect((await dbg(['api', 'ui', '--port', '0x10'])).exitCode).toBe(2);
  });
});
