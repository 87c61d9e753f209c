import { existsSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { startBrowser } from './support/browser.ts';
import { dbg } from './support/dbg.ts';
import { cards, copied, lookAt, started, startUi } from './support/host-page.ts';
import { test } from './support/lab.ts';
import { person } from './support/person.ts';

let browser: Browser;
beforeAll(async () => void (browser = await startBrowser()));
afterAll(() => browser.close());

test('containers on their networks, their ways, what comes and goes, a cut', async ({ lab }) => {
  const [front, back] = [await lab.network('front'), await lab.network('back')];
  const web = await lab.run('web', { options: ['--network', front, '--publish', '127.0.0.1::80'] });
  await lab.docker('network', 'connect', back, web);
  const talk = ['sh', '-c', 'echo first-words; sleep 3600'];
  const db = await lab.run('db', { options: ['--network', back], command: talk });
  const guest = await lab.run('guest', { options: ['--network', `container:${db}`] });
  const { url } = await startUi(lab);
  const { page, requests, faults } = await lookAt(lab, browser, url);

  // A card on each network, each with its wire; a guest beside the one whose network it uses.
  await expect.poll(() => cards(page, web).count()).toBe(2);
  await expect.poll(() => cards(page, db).count()).toBe(1);
  expect(await cards(page, guest).textContent()).toContain(`uses ${db}`.slice(0, 12));
  const section = page.getByRole('group', { name: new RegExp(`^${back}, br-`) });
  expect(await section.locator('.wire').count()).toBe(3);
  const address = await lab.address(db);
  expect(await cards(page, db).textContent()).toContain(`eth0 ${address}`);
  await expect.poll(() => cards(page, db).textContent()).toMatch(/cpu [\d.]+% mem [\d.]+ [KM]iB/);
  await expect.poll(() => cards(page, db).textContent()).toMatch(/↓[\d.]+ k?B\/s ↑[\d.]+ k?B\/s/);
  await page.locator('#entries li', { hasText: 'first-words' }).waitFor();

  // The ways: to the bridge, from container to container, from the published port.
  const way = () => page.locator('#path').innerText();
  const bridge = `br-${(await lab.docker('network', 'inspect', '-f', '{{.Id}}', back)).slice(0, 12)}`;
  await cards(page, db).hover();
  expect(await way()).toMatch(new RegExp(`^${db} eth0 ${address}/\\d+ → veth\\w+ → ${bridge} \\(${back}\\)$`));
  await cards(page, db).click();
  await page.getByText(`copied: dbg why ${db}`).waitFor();
  expect(await copied(page)).toBe(`dbg why ${db}`);
  await section.getByRole('button', { name: new RegExp(`^${web}, `) }).hover();
  expect(await way()).toMatch(
    new RegExp(`^${db} eth0 \\S+ → veth\\w+ → ${bridge} \\(${back}\\) → veth\\w+ → ${web} eth\\d \\S+$`),
  );
  expect(await section.locator('.wire[data-lit]').count()).toBe(3); // the guest's wire is db's own
  await section.getByRole('button', { name: new RegExp(`^${web}, `) }).click({ modifiers: ['Shift'] });
  await expect.poll(() => copied(page)).toBe(`dbg why ${db} ${web}`);
  const port = (await lab.docker('port', web, '80')).split(':').at(-1)!;
  await page
    .locator('.port', { hasText: `:${port}→80` })
    .first()
    .hover();
  expect(await way()).toContain(`this host 127.0.0.1:${port} → `);
  await page
    .locator('.port', { hasText: `:${port}→80` })
    .first()
    .click();
  await expect.poll(() => copied(page)).toBe(`dbg why :${port}`);
  await page.keyboard.press('Escape');

  // A cut that is made meanwhile is red, and the command undoes it.
  const device = /veth\w+/.exec((await section.locator('.wire').first().textContent()) ?? '')![0];
  const cutting = dbg(['veth', web, '--down', '--for', '10m']);
  const cut = section.locator('.card.cut', { hasText: web.slice(0, 8) });
  await cut.waitFor();
  expect(await cut.textContent()).toContain('cut: down');
  const red = await page.evaluate<string>("getComputedStyle(document.querySelector('.wire.cut .line')).stroke");
  expect(red).toBe('rgb(194, 40, 45)');
  await cut.click();
  await expect.poll(() => copied(page)).toBe(`dbg veth ${web} --up`);
  expect((await dbg(['veth', web, '--up'])).exitCode).toBe(0);
  await cutting;
  await section.locator('.card.cut').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');

  // dbg why's findings, and what comes and goes.
  await lab.docker('pause', db);
  await cards(page, db).locator('.mark.broken').waitFor();
  await cards(page, db).click();
  await page.locator('#detail').getByText('all of its processes stand still').waitFor();
  await lab.docker('unpause', db);
  const late = await lab.run('late', { options: ['--network', front] });
  await cards(page, late).waitFor();
  await lab.docker('rm', '-f', late);
  await cards(page, late).waitFor({ state: 'detached' });
  await page.locator('#entries li', { hasText: late }).first().waitFor();

  expect(device).toMatch(/^veth/);
  expect(faults).toEqual([]);
  expect(requests.filter((each) => !each.startsWith(new URL(url).origin))).toEqual([]);
});

test('calls by the socket that the page offers are lines of the timeline, and the socket goes with dbg', async ({
  lab,
}) => {
  const web = await lab.run('web');
  const { url, running } = await startUi(lab);
  const { page, faults } = await lookAt(lab, browser, url);
  await page.getByRole('button', { name: 'API calls' }).click();
  await expect.poll(() => copied(page)).toMatch(/DOCKER_HOST=unix:\S+ docker …$/);
  const [, socket = ''] = /unix:\/\/(\S+)/.exec(await copied(page))!;
  expect(statSync(socket).isSocket()).toBe(true);
  const env = { DOCKER_HOST: `unix://${socket}` };
  await execa('docker', ['stop', '-t', '0', web], { env });
  const line = (text: string | RegExp) => page.locator('#entries li.api', { hasText: text }).first();
  await line(new RegExp(`docker.* ${web} → 204 in \\d+ ms · POST /containers/${web}/stop`)).waitFor();
  await execa('docker', ['inspect', 'nonesuch'], { env, reject: false });
  await line(/→ 404 in .*\/containers\/nonesuch\/json/).waitFor();
  // It stays open: its line comes before it ends.
  const following = execa('docker', ['events'], { env, reject: false });
  await line(/→ 200 open · GET \/events/).waitFor();
  following.kill('SIGKILL');
  await following;
  expect(faults).toEqual([]);
  running.kill('SIGKILL');
  await running;
  await expect.poll(() => existsSync(socket)).toBe(false);
});

test('through sudo: root looks, and the line for API calls is one for sudo', async ({ lab }) => {
  const web = await lab.run('web');
  const ann = await person(lab, { mayUseSudo: true });
  const { url, running } = await started(lab, ann.dbg('ui'));
  const { page, faults } = await lookAt(lab, browser, url);
  await cards(page, web).waitFor();
  await expect.poll(() => cards(page, web).textContent()).toMatch(/veth\w+|eth0/);
  await page.getByRole('button', { name: 'API calls' }).click();
  await expect.poll(() => copied(page)).toMatch(/^sudo DOCKER_HOST=unix:\S+ docker …$/);
  const [, socket = ''] = /unix:\/\/(\S+)/.exec(await copied(page))!;
  expect(statSync(socket)).toMatchObject({ uid: 0 });
  expect(faults).toEqual([]);
  running.kill('SIGTERM');
  expect((await running).exitCode).toBe(143);
  await expect.poll(() => existsSync(socket)).toBe(false);
});

test('where no socket can be made, the page is there, without API calls', async ({ lab }) => {
  const web = await lab.run('web');
  const { url, said, running } = await startUi(lab, [], { TMPDIR: '/proc', XDG_RUNTIME_DIR: '' });
  expect(said()).toMatch(/^dbg: no API calls on the page: no socket can be created in \/proc/);
  const { page } = await lookAt(lab, browser, url);
  await cards(page, web).waitFor();
  expect(await page.getByRole('button', { name: 'API calls' }).count()).toBe(0);
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(0);
});

test('the keyboard alone reaches everything; the table is sorted', async ({ lab }) => {
  const net = await lab.network('net');
  const [one, two] = [
    await lab.run('one', { options: ['--network', net] }),
    await lab.run('two', { options: ['--network', net] }),
  ];
  const { url } = await startUi(lab);
  const { page, faults } = await lookAt(lab, browser, url);
  await cards(page, two).waitFor();
  const focused = () =>
    page.evaluate<string>(
      "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()",
    );
  const pressed: string[] = [];
  for (const key of ['Tab', 'Tab', 'Tab']) {
    await page.keyboard.press(key);
    pressed.push(await focused());
  }
  expect(pressed.slice(0, 2)).toEqual(['Map', 'API calls']);
  expect(pressed[2]).toMatch(/^network /);

  await cards(page, one).focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(focused).toMatch(new RegExp(`^${two}, running`));
  await page.keyboard.press('ArrowLeft');
  await expect.poll(focused).toMatch(new RegExp(`^${one}, running`));
  expect(await page.locator('#path').innerText()).toMatch(new RegExp(`^${one} eth0`));
  await page.keyboard.press('ArrowUp');
  await expect.poll(focused).toMatch(new RegExp(`^network ${net}, br-`));
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect.poll(() => copied(page)).toBe(`dbg why ${one}`);
  await page.keyboard.press('ArrowRight');
  expect(await page.locator('#path').innerText()).toContain(` → ${two} eth0`);
  await page.keyboard.press('Shift+Enter');
  await expect.poll(() => copied(page)).toBe(`dbg why ${one} ${two}`);
  // Each of the lines is a button of its own.
  await page
    .locator('#detail')
    .getByRole('button', { name: `dbg veth ${one}` })
    .focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => copied(page)).toBe(`dbg veth ${one}`);
  await page.keyboard.press('Escape');
  await page.locator('#detail').waitFor({ state: 'hidden' });
  expect(await focused()).toMatch(new RegExp(`^${two}, `));

  await page.locator('#map-tab').focus();
  await page.keyboard.press('ArrowRight');
  await page.locator('#usage tbody tr', { hasText: one }).waitFor();
  const names = async () =>
    (await page.locator('#usage td.name').allInnerTexts()).filter((each) => [one, two].includes(each));
  await page.getByRole('columnheader', { name: 'Container' }).getByRole('button').focus();
  await page.keyboard.press('Enter');
  await expect.poll(names).toEqual([one, two]);
  await page.keyboard.press('Enter');
  await expect.poll(names).toEqual([two, one]);
  await page.locator('#usage tbody tr', { hasText: two }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('#detail h2').innerText()).toBe(two);
  expect(faults).toEqual([]);
});

test('400 pixels wide nothing is beside the page; dark is dark', async ({ lab }) => {
  const web = await lab.run('web', { options: ['--network', await lab.network('n')] });
  const { url } = await startUi(lab);
  const { page } = await lookAt(lab, browser, url, 'dark');
  for (const width of [1280, 400]) {
    await page.setViewportSize({ width, height: 800 });
    await cards(page, web).click();
    await page.locator('#detail').waitFor();
    for (const tab of ['#usage-tab', '#map-tab']) {
      await page.keyboard.press('Escape');
      await page.locator(tab).click();
      await expect.poll(() => page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
    }
    // Every card is in sight from side to side.
    const box = (await cards(page, web).boundingBox())!;
    expect(box.x >= 0 && box.x + box.width <= width).toBe(true);
  }
  expect(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')).toBe('rgb(22, 24, 27)');
});

test('what containers say is text, whatever it looks like', async ({ lab }) => {
  const evil = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  const long = lab.name('x'.repeat(240)).slice(0, 240);
  const say = `printf '%s \\033[31m \\342\\200\\256rtl\\n' '${evil}'; sleep 3600`;
  const web = await lab.run('web', {
    options: ['--label', `com.docker.compose.project=${evil}`],
    command: ['sh', '-c', say],
  });
  await lab.docker('run', '-d', '--name', long, '--hostname', 'h', '--stop-timeout', '0', 'busybox', 'sleep', '3600');
  lab.cleanUp(() => lab.docker('rm', '-f', long));
  const { url } = await startUi(lab);
  const { page, faults, requests } = await lookAt(lab, browser, url);
  await page.locator('#entries li', { hasText: `${evil} \\e[31m \\u202ertl` }).waitFor();
  await cards(page, web).click();
  await page.locator('#detail').getByText(evil).waitFor();
  const card = cards(page, long);
  await card.waitFor();
  expect((await card.locator('.name').innerHTML()).endsWith('…')).toBe(true);
  await card.click();
  await expect.poll(() => page.locator('#detail h2').innerText()).toBe(long);
  expect(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  expect(await page.locator('img, iframe, body script').count()).toBe(0);
  const text = await page.evaluate<string>('document.body.textContent');
  expect(['\u001b', '\u202e'].filter((char) => text.includes(char))).toEqual([]);
  expect(faults).toEqual([]);
  expect(requests.filter((each) => !each.startsWith(new URL(url).origin))).toEqual([]);

  // The file has the same as text.
  const svg = join(lab.folder, 'host.svg');
  expect((await dbg(['ui', '--snapshot', svg])).exitCode).toBe(0);
  expect(readFileSync(svg, 'utf8')).not.toMatch(/<script|<img|onerror=|http:\/\/(?!www\.w3\.org\/2000\/svg)/);
  const file = await page.context().newPage();
  await file.goto(`file://${svg}`);
  await file
    .locator('.name', { hasText: web.slice(0, 12) })
    .first()
    .waitFor();
  expect(await file.locator('script, img').count()).toBe(0);
});

const statusOf = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<number | undefined>((done, fail) => {
    const asked = request(url, { method, headers }, (answer) => {
      answer.destroy();
      done(answer.statusCode);
    });
    asked.on('error', fail).end();
  });

test('who may look: the token, on this port, by its own name', async ({ lab }) => {
  const { url, running } = await startUi(lab);
  const { origin, port, searchParams } = new URL(url);
  const bearer = { Authorization: `Bearer ${searchParams.get('token')}` };
  expect(await statusOf(url)).toBe(200);
  expect(await statusOf(`${origin}/events`, bearer)).toBe(200);
  const nobody = [
    await statusOf(origin),
    await statusOf(`${origin}/page.js`),
    await statusOf(`${origin}/?token=${'0'.repeat(32)}`),
    await statusOf(`${origin}/events`),
    await statusOf(`${origin}/events`, { Authorization: `Bearer ${'0'.repeat(32)}` }),
    await statusOf(`${origin}/events`, { ...bearer, Host: `evil.example:${port}` }),
    await statusOf(url, { Host: 'evil.example' }),
    await statusOf(url, {}, 'POST'),
    await statusOf(`${origin}/moment?at=x`, bearer),
  ];
  expect(nobody).toEqual(nobody.map(() => 403));
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(0);
});

test('what it cannot do, it says', async ({ lab }) => {
  const png = await dbg(['ui', '--snapshot', 'host.png']);
  expect([png.exitCode, png.stderr]).toEqual([2, expect.stringContaining('rsvg-convert -o host.png host.svg')]);
  const none = await dbg(['ui', '--replay', join(lab.folder, 'none')]);
  expect([none.exitCode, none.stderr]).toEqual([125, expect.stringContaining('cannot be read')]);
  const other = await dbg(['ui', '--replay', 'package.json']);
  expect([other.exitCode, other.stderr]).toEqual([125, expect.stringContaining('no recording of dbg watch')]);
  const away = await dbg(['ui'], { env: { DOCKER_HOST: 'unix:///nowhere/at/all' } });
  expect(away.exitCode).toBe(125);
  const both = await dbg(['ui', '--replay', 'a', '--snapshot', 'b.svg']);
  expect(both.exitCode).toBe(2);
});

test('an incident that was recorded is on the page again', async ({ lab }) => {
  const net = await lab.network('net');
  const web = await lab.run('web', { options: ['--network', net] });
  const recording = join(lab.folder, 'night.ndjson');
  const id = await lab.docker('inspect', '-f', '{{.Id}}', web);
  const watching = dbg(['watch', web, '--record', recording], { timeout: 250_000, killSignal: 'SIGINT' });
  const has = (text: string) => () => (readSafely(recording).includes(text) ? true : undefined);
  await expect.poll(has('"map"')).toBe(true);
  const cutting = dbg(['veth', web, '--down', '--for', '10m']);
  // The mark of a cut is there before its link is down.
  const inForce = /"map":\{"at":(\d+)(?:(?!"map").)*"cut":\{"what":"down"[^}]*"isInForce":true/s;
  await expect.poll(() => inForce.test(readSafely(recording))).toBe(true);
  // dbg why finds the cut, some seconds after it.
  const found = new RegExp(
    `"map":\\{"at":(\\d+),"changes":\\{"badges":\\{"put":\\[\\{"key":"${id}"(?:(?!"key").)*"severity":"broken"`,
  );
  await expect.poll(() => found.test(readSafely(recording))).toBe(true);
  const foundAt = Number(found.exec(readSafely(recording))![1]) + 1000;
  // The slider goes by seconds: the cut lasts until the recording has a sample of seconds later.
  const cutAt = Number(inForce.exec(readSafely(recording))![1]) + 1000;
  const sampledAt = () => Number([...readSafely(recording).matchAll(/"usage":\{"at":(\d+)/g)].at(-1)?.[1] ?? 0);
  await expect.poll(sampledAt).toBeGreaterThan(Math.max(cutAt, foundAt) + 1000);
  await dbg(['veth', web, '--up']);
  await cutting;
  await lab.docker('rm', '-f', web);
  // Its badge is gone first: the map is looked at every 5 seconds.
  const isGone = () =>
    readSafely(recording)
      .split('\n')
      .slice(0, -1)
      .some((line) => JSON.parse(line).map?.changes.cards?.gone.includes(id));
  await expect.poll(isGone).toBe(true);
  watching.kill('SIGINT');
  await watching;

  const { url } = await startUi(lab, ['--replay', recording], { DOCKER_HOST: 'unix:///nowhere/at/all' });
  const { page, faults } = await lookAt(lab, browser, url, 'light', 'recording');
  const slider = page.getByRole('slider', { name: 'Time of the recording' });
  await slider.waitFor();
  await expect.poll(() => page.locator('#entries li', { hasText: web }).count()).toBeGreaterThan(0);
  await expect.poll(() => cards(page, web).count()).toBe(0);
  const goTo = (time: number) =>
    page.evaluate(`(() => {
      const slider = document.getElementById('time');
      slider.value = String(${time});
      slider.dispatchEvent(new Event('input'));
    })()`);
  await goTo(cutAt);
  await page.locator('.card.cut', { hasText: web.slice(0, 8) }).waitFor();
  await goTo(foundAt);
  await page.getByLabel(new RegExp(`^${web}.* broken`)).waitFor();
  await slider.focus();
  await page.keyboard.press('Home');
  await page.locator('.card.cut').waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
});

function readSafely(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
