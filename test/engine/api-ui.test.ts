import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, get, request } from 'node:http';
import { join } from 'node:path';
import { execa, type Options } from 'execa';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { openWindow, startBrowser } from './support/browser.ts';
import { DBG, dbg, PATIENT } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

let browser: Browser;
beforeAll(async () => void (browser = await startBrowser()));
afterAll(() => browser.close());

/** `dbg api ui` that listens, and docker through it; it ends with the test. */
async function started(lab: Lab, args: readonly string[] = []) {
  const path = join(lab.folder, 'docker.sock');
  const running = execa(process.execPath, [DBG, 'api', 'ui', '--listen', `unix:${path}`, ...args], {
    ...PATIENT,
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
  return { running, url, docker, path };
}

/** The same with a window that shows it, which gets none of some files at the first time. */
async function looking(lab: Lab, lost: readonly string[] = []) {
  const ui = await started(lab);
  const window = await openWindow(browser);
  lab.cleanUp(() => window.context.close());
  for (const file of lost) await window.page.route(`**/${file}`, (route) => route.abort('failed'), { times: 1 });
  await visit(window.page, ui.url);
  await window.page
    .getByText('live', { exact: true })
    .waitFor()
    .catch(async (error: unknown) => {
      const state = await window.page.locator('#state').innerText();
      throw new Error(`the page says "${state}", and of itself: ${[...window.faults, ...window.failed].join('; ')}`, {
        cause: error,
      });
    });
  return { ...ui, ...window };
}

/** Opens an address, again where the browser gave up because a container of another test started. */
async function visit(page: Page, url: string): Promise<void> {
  for (;;) {
    try {
      await page.goto(url);
      return;
    } catch (error) {
      if (!(error as Error).message.includes('ERR_NETWORK_CHANGED')) throw error;
    }
  }
}

const pinged = (socketPath: string, agent: Agent) =>
  new Promise((done, fail) => {
    get({ socketPath, path: '/_ping', agent }, (answer) => answer.resume().on('end', done)).on('error', fail);
  });

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

test.for(['timeline.js', 'style.css', 'events'])(
  'a browser that does not get %s at the first time asks again',
  async (file, { lab }) => {
    const { page, docker, failed } = await looking(lab, [file]);
    await docker(['ps']);
    await rowsOf(page, 'ContainerList').waitFor();
    expect(failed.map((each) => new URL(each.split(': ')[0]!).pathname)).toContain(`/${file}`);
    expect(await page.evaluate('document.styleSheets[0].cssRules.length')).toBeGreaterThan(0);
  },
);

test('a browser that never gets a file says so', async ({ lab }) => {
  const { url } = await started(lab);
  const { page, context } = await openWindow(browser);
  lab.cleanUp(() => context.close());
  await page.route('**/timeline.js', (route) => route.abort('failed'));
  await visit(page, url);
  await page
    .getByText(/^The browser did not load this page whole: Failed to fetch .*page\.js\. Reload it\.$/)
    .waitFor();
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

const numbers = (page: Page) =>
  page
    .locator('#rows tr:not([hidden])')
    .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('data-call'))));
const download = async (page: Page, button: string) => {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()]);
  return readFileSync(await file.path(), 'utf8');
};

test('sorted, searched in bodies, copied as curl, saved, cleared; rows have names; no secret in any of it', async ({
  lab,
}) => {
  const { page, context, docker, faults, path, running } = await looking(lab);
  const web = await lab.run('web', { options: ['--env', 'COLOUR=blue', '--env', 'DB_PASSWORD=hunter2'] });
  await docker(['inspect', web]);
  await docker(['exec', web, 'sh', '-c', 'echo a-needle']);
  await docker(['rm', lab.name('none')]);
  await rowsOf(page, 'ContainerDelete').waitFor();
  await expect.poll(async () => (await cells(page, 'ContainerDelete'))[5]).toMatch(/ ms$/);

  // By a screen reader, and as a waterfall.
  await page
    .getByRole('row', { name: new RegExp(`^call \\d+, ContainerInspect, ${web}, status 200, took .* ms$`) })
    .first()
    .waitFor();
  const all = await numbers(page);
  await expect.poll(() => page.locator('#rows .waterfall .bar:not([hidden])').count()).toBe(all.length);
  const bar = page.locator('#rows tr', { hasText: 'ContainerDelete' }).locator('.bar');
  expect(await bar.getAttribute('style')).toMatch(/^left: [1-9]/);

  // A click on a head sorts, up, down, and as they came.
  const took = page.getByRole('columnheader', { name: 'Took' });
  const sorted = async (order: string) => {
    await took.getByRole('button').click();
    await expect.poll(() => took.getAttribute('aria-sort')).toBe(order);
    return numbers(page);
  };
  const up = await sorted('ascending');
  expect(up).not.toEqual(all);
  const down = await sorted('descending');
  expect(down.toSorted((a, b) => a - b)).toEqual(all);
  expect(down[0]).toBe(up.at(-1));
  await page.keyboard.press('Home');
  await expect.poll(() => page.locator('[aria-selected=true]').getAttribute('data-call')).toBe(String(down[0]));
  await page.keyboard.press('Escape');
  expect(await sorted('none')).toEqual(all);

  // What is said on streams, and in bodies; a secret is nowhere.
  const filter = page.locator('#filter');
  const found = async (text: string) => {
    await filter.fill(text);
    return expect.poll(async () => (await page.locator('#rows tr:not([hidden]) .operation').allInnerTexts()).join());
  };
  await (await found('body:A-Needle op:start')).toBe('ExecStart');
  // docker exec asks as well.
  await (await found('body:COLOUR=blue')).toBe('ContainerInspect,ContainerInspect');
  await (await found('body:hunter2')).toBe('');
  await (await found('body:colour=blue')).toBe('ContainerInspect,ContainerInspect');
  // Also what comes later.
  await docker(['inspect', web]);
  await expect.poll(() => rowsOf(page, 'ContainerInspect').count()).toBe(3);

  // What the list shows is saved, and reads as any recording.
  const recording = join(lab.folder, 'saved.ndjson');
  writeFileSync(recording, await download(page, 'Save recording'));
  const shown = await dbg(['api', 'show', '--json', recording]);
  expect(
    String(shown.stdout)
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { operation: 'ContainerInspect', container: web, status: 200 },
    { operation: 'ContainerInspect', container: web, status: 200 },
    { operation: 'ContainerInspect', container: web, status: 200 },
  ]);
  const har = await download(page, 'Save HAR');
  expect(JSON.parse(har).log.entries).toHaveLength(3);
  expect(har + String((await dbg(['api', 'show', '-v', '--reveal', recording])).stdout)).not.toContain('hunter2');
  await filter.fill('');

  // A line of curl, which asks the same.
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await rowsOf(page, 'ContainerDelete').click();
  await page.getByRole('button', { name: 'Copy as curl' }).click();
  await page.getByText('copied', { exact: true }).waitFor();
  const line = await page.evaluate<string>('navigator.clipboard.readText()');
  expect(line).toBe(await page.locator('pre.curl').innerText());
  expect((await execa('sh', ['-c', `${line} -s`])).stdout).toContain(`No such container: ${lab.name('none')}`);
  await page.keyboard.press('Escape');

  // Cleared, it stays so, also when it is loaded again.
  await page.getByRole('button', { name: 'Clear' }).click();
  expect(await numbers(page)).toEqual([]);
  await docker(['version']);
  await rowsOf(page, 'SystemVersion').waitFor();
  await page.reload();
  await rowsOf(page, 'SystemVersion').waitFor();
  expect(Math.min(...(await numbers(page)))).toBeGreaterThan(Math.max(...all));
  expect([faults, running.exitCode, path]).toEqual([[], null, path]);
});

test('of many calls, the page says how many older ones are gone', async ({ lab }) => {
  const { page, path } = await looking(lab);
  expect(await page.locator('#gone').isVisible()).toBe(false);
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  await Promise.all(Array.from({ length: 2050 }, () => pinged(path, agent)));
  agent.destroy();
  await page.getByText('50 older calls are gone').waitFor();
  await page.reload();
  await page.getByText('50 older calls are gone').waitFor();
  await expect.poll(() => rowsOf(page, '').count()).toBe(2000);
});

describe('of a recording', () => {
  test('its calls, their time, without the secrets that it has; Ctrl-C ends it', async ({ lab }) => {
    const web = await lab.run('web', { options: ['--env', 'DB_PASSWORD=hunter2'] });
    const recording = join(lab.folder, 'r.ndjson');
    await dbg(['api', 'record', '-q', '--reveal', recording, '--', 'docker', 'inspect', web]);
    const opened = async (...args: string[]) => {
      const running = execa(process.execPath, [DBG, 'api', 'ui', ...args, recording], {
        reject: false,
        stdin: 'ignore',
        env: { DOCKER_HOST: 'unix:///nowhere/at/all' },
      });
      lab.cleanUp(async () => (running.kill('SIGKILL'), await running));
      let said = '';
      running.stderr.on('data', (piece) => (said += piece));
      await expect.poll(() => said).toContain('token=');
      const window = await openWindow(browser);
      lab.cleanUp(() => window.context.close());
      await visit(window.page, /http:\S+/.exec(said)![0]);
      await window.page.getByText('recording', { exact: true }).waitFor();
      return { running, ...window };
    };
    const { page, running, faults } = await opened();
    await expect.poll(async () => (await cells(page, 'ContainerInspect')).slice(3, 5)).toEqual([web, '200']);
    await expect.poll(() => page.locator('#rows .bar:not([hidden])').count()).toBe(await rowsOf(page, '').count());
    await rowsOf(page, 'ContainerInspect').click();
    await detail(page).getByText('DB_PASSWORD=[redacted]').waitFor();
    expect((await download(page, 'Save HAR')) + (await download(page, 'Save recording'))).not.toContain('hunter2');
    running.kill('SIGINT');
    await page.getByText('dbg has ended').waitFor();
    expect([(await running).exitCode, faults]).toEqual([0, []]);

    const revealed = await opened('--reveal');
    await rowsOf(revealed.page, 'ContainerInspect').click();
    await detail(revealed.page).getByText('DB_PASSWORD=hunter2').waitFor();
  });

  test('what is none, and what listens', async ({ lab }) => {
    const none = await dbg(['api', 'ui', join(lab.folder, 'none')]);
    expect([none.exitCode, none.stderr]).toEqual([125, expect.stringContaining('there is no file')]);
    const listens = await dbg(['api', 'ui', '--context', 'x', 'r.ndjson']);
    expect([listens.exitCode, listens.stderr]).toEqual([2, expect.stringContaining('only for live calls')]);
    // Behind a --, one word is a command.
    expect((await dbg(['api', 'ui', '--', 'true'])).exitCode).toBe(0);
  });
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
      await statusOf(`${origin}/curl/1`, { Cookie: cookie.split(';')[0]! }),
      await statusOf(`${origin}/save/har?calls=1`, { Cookie: cookie.split(';')[0]! }),
      await statusOf(`${origin}/find?text=a&calls=1`),
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
    await visit(page, /http:\S+/.exec(said)![0]);
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
