import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { startBrowser } from './support/browser.ts';
import { cards, lookAt, startUi } from './support/host-page.ts';
import { test } from './support/lab.ts';
import { liveRestore } from './support/live-restore.ts';
import { ipIn } from './support/netns.ts';

let browser: Browser;
beforeAll(async () => void (browser = await startBrowser()));
afterAll(() => browser.close());

test('a wire whose two ends have two MTUs, and an address that two containers have', async ({ lab }) => {
  const net = await lab.network('net');
  const [web, db, well] = [await lab.run('web', on(net)), await lab.run('db', on(net)), await lab.run('well', on(net))];
  const netns = async (name: string) => `/proc/${await lab.pid(name)}/ns/net`;
  const { url } = await startUi(lab);
  const { page, faults } = await lookAt(lab, browser, url);
  await cards(page, web).waitFor();
  expect(await cards(page, web).locator('.trouble').count()).toBe(0);

  await ipIn(await netns(web), 'link set eth0 mtu 1400');
  const wrong = page.getByRole('button', { name: new RegExp(`^${web}, .*mtu 1400 ≠ host end 1500`) });
  await wrong.waitFor();
  expect(await wrong.getAttribute('class')).toContain('wrong');
  expect(await wrong.locator('.trouble').textContent()).toMatch(/^mtu 1400 ≠ /);
  await wrong.click();
  await page.locator('#detail').getByText('mtu 1400 ≠ host end 1500').first().waitFor();
  await page.keyboard.press('Escape');

  const address = await lab.address(db);
  await ipIn(await netns(web), `address add ${address}/32 dev eth0`);
  await page.getByRole('button', { name: new RegExp(`^${db}, .*duplicate ${address} \\(${web} eth0\\)`) }).waitFor();
  await page.getByRole('button', { name: new RegExp(`^${web}, .*duplicate ${address} \\(${db} eth0\\)`) }).waitFor();
  expect(await cards(page, well).getAttribute('class')).not.toContain('wrong');

  // What is mended is no trouble any more.
  await ipIn(await netns(web), `address del ${address}/32 dev eth0`);
  await ipIn(await netns(web), 'link set eth0 mtu 1500');
  await expect.poll(() => page.locator('.card.wrong', { hasText: web.slice(0, 8) }).count()).toBe(0);
  expect(faults).toEqual([]);
});

test('an engine that is away for a while: said, and what it knew stays', async ({ lab }) => {
  const { env, docker, up, down } = await liveRestore(lab);
  const run = (name: string) => docker('run', '-d', '--init=false', '--network=none', '--name', name, 'busybox', 'top');
  await run('stays');
  const { url } = await startUi(lab, [], env);
  const { page, faults } = await lookAt(lab, browser, url);
  await cards(page, 'stays').waitFor();
  await down();
  const trouble = page.getByText(/^the engine is away, for /);
  await trouble.waitFor();
  await cards(page, 'stays').waitFor();
  await up();
  await trouble.waitFor({ state: 'hidden' });
  await run('new');
  await cards(page, 'new').waitFor();
  await cards(page, 'stays').waitFor();
  expect(faults).toEqual([]);
});

const on = (network: string) => ({ options: ['--network', network] });
