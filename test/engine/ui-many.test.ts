import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { openHostPage } from '../../src/host-page/host-page.ts';
import type { HostPicture } from '../../src/host-page/host-picture.ts';
import { bus, card, idOf, wire } from '../unit/host-page/pictures.ts';
import { startBrowser } from './support/browser.ts';
import { lookAt, PAGE_FOLDER } from './support/host-page.ts';
import { test, type Lab } from './support/lab.ts';

let browser: Browser;
beforeAll(async () => void (browser = await startBrowser()));
afterAll(() => browser.close());

const CONTAINERS = 200;
const NETWORKS = 10;
const names = Array.from({ length: CONTAINERS }, (_, at) => `c${at}`);
const networkOf = (at: number) => `net${at % NETWORKS}`;

/** A host with 200 containers on 10 networks; `round` is how often it was looked at. */
function hostOf(round: number): HostPicture {
  return {
    cards: names.map((name) => card(name)),
    buses: Array.from({ length: NETWORKS }, (_, at) => bus(`net${at}`)),
    wires: names.map((name, at) => wire(name, networkOf(at))),
    flows: names.map((name, at) => ({
      key: `${name}/${networkOf(at)}`,
      rx: (at * 1000 + round * 777) % 1e6,
      tx: (at * 500 + round * 333) % 1e6,
      drops: 0,
      newDrops: 0,
    })),
    usage: names.map((name, at) => usageOf(name, (at + round) % 100)),
    badges: [],
  };
}

const usageOf = (name: string, cpu: number): HostPicture['usage'][number] => ({
  key: idOf(name),
  name,
  state: 'running',
  cpu,
  throttled: null,
  memory: 1e6,
  memoryLimit: null,
  cache: 0,
  swap: 0,
  pressure: 0,
  oomKills: 0,
  rx: 0,
  tx: 0,
  drops: 0,
  read: 0,
  written: 0,
  pids: 1,
  pidsLimit: null,
  files: 1,
  filesLimit: 1024,
  startedAt: 1,
  restarts: 0,
});

async function opened(lab: Lab) {
  const host = await openHostPage({ folder: PAGE_FOLDER, port: 0, title: 'many' });
  lab.cleanUp(() => host.close());
  host.show(hostOf(0), 1000);
  const window = await lookAt(lab, browser, host.url);
  await expect.poll(() => window.page.locator('#map .card').count()).toBe(CONTAINERS);
  return { host, ...window };
}

/** From now on, counts what is changed in the page: by the container that it belongs to, or by the element's id. */
const count = (page: Page) =>
  page.evaluate(`(() => {
    window.touched = {};
    new MutationObserver((records) => {
      for (const { target } of records) {
        const element = target.nodeType === 1 ? target : target.parentElement;
        const owner = element.closest('.card, .wire');
        const key = owner ? owner.getAttribute('data-key') : '#' + (element.closest('[id]') || element).id;
        window.touched[key] = (window.touched[key] || 0) + 1;
      }
    }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  })()`);
const touched = (page: Page) => page.evaluate<Record<string, number>>('window.touched');

test('of 200 containers, what has not changed is not touched', async ({ lab }) => {
  const { host, page } = await opened(lab);
  const c17 = page.locator('[data-key="net7 c17/net7"]');
  await c17.scrollIntoViewIfNeeded();
  await count(page);
  const before = hostOf(0);
  const one = { ...before.flows[17]!, rx: 123_456_789 };
  host.show({ flows: before.flows.map((flow) => (flow.key === one.key ? one : flow)) }, 2000);
  await page.locator('.card', { hasText: '↓123 MB/s' }).waitFor();
  // The text of the rate, and the width of the wire's line.
  expect(await touched(page)).toEqual({ 'net7 c17/net7': 1, 'wire net7 c17/net7': 1 });

  // A line of the timeline is added in front, and no other one is drawn again.
  host.add([{ at: 1, kind: 'event', container: { id: idOf('c1'), name: 'c1' }, text: 'restart' }]);
  await page.locator('#entries li', { hasText: 'restart' }).waitFor();
  host.add([{ at: 2, kind: 'event', container: { id: idOf('c1'), name: 'c1' }, text: 'start again' }]);
  await page.locator('#entries li', { hasText: 'start again' }).waitFor();
  const later = await touched(page);
  expect(Object.keys(later).filter((key) => !key.includes('c17'))).toEqual(['#entries']);

  // What is out of sight waits until it is seen.
  const far = page.locator('[data-key="net0 c0/net0"]');
  host.show({ flows: hostOf(1).flows }, 3000);
  await expect.poll(() => c17.locator('.flow').textContent()).toBe('↓17.8 kB/s ↑8.83 kB/s');
  expect(Object.keys(await touched(page))).not.toContain('net0 c0/net0');
  await far.scrollIntoViewIfNeeded();
  await expect.poll(() => far.locator('.flow').textContent()).toBe('↓777 B/s ↑333 B/s');
  await page.evaluate('window.touched = {}');

  // The pointer lights up a way, and draws nothing: attributes alone, of what is on the way and was.
  await page.locator('.card', { hasText: 'c33' }).hover();
  await expect.poll(() => page.locator('#path').textContent()).toMatch(/^c33 eth0/);
  // Playwright has scrolled there, so more has come into sight: of that, texts alone have changed.
  const lit = await page.evaluate<string[]>(
    "[...document.querySelectorAll('[data-lit]')].map((e) => e.getAttribute('data-key'))",
  );
  expect(lit.toSorted()).toEqual(['bus', 'net3 c33/net3', 'title', 'wire net3 c33/net3']);
});

test('200 containers that all change each second (printed: nothing is decided by it)', async ({ lab }) => {
  const { host, page, context } = await opened(lab);
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable');
  const spent = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value;
  };
  await page.evaluate(`(() => {
    window.frames = [];
    let before = performance.now();
    const tick = (now) => { window.frames.push(now - before); before = now; requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
  })()`);
  const begin = await spent();
  const ROUNDS = 10;
  for (let round = 1; round <= ROUNDS; round++) {
    host.show(hostOf(round), 1000 + round);
    await page.mouse.move(100 + 60 * round, 300 + 20 * round);
    await page.mouse.wheel(0, 150);
    await new Promise((done) => setTimeout(done, 1000));
  }
  const cpu = ((await spent()) - begin) / ROUNDS;
  const frames = (await page.evaluate<number[]>('window.frames')).toSorted((a, b) => a - b);
  const at = (share: number) => frames[Math.floor(share * (frames.length - 1))]!.toFixed(1);
  console.log(
    `200 containers: ${(frames.length / ROUNDS).toFixed(0)} frames a second; between two frames ${at(0.5)} ms (median), ${at(0.95)} (95 %), ${at(1)} (most); ${(cpu * 1000).toFixed(0)} ms of the page's thread a second`,
  );
  expect(await page.locator('#map .card').count()).toBe(CONTAINERS);
});
