import { join } from 'node:path';
import { execa } from 'execa';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { openWindow } from './browser.ts';
import { DBG } from './dbg.ts';
import type { Lab } from './lab.ts';

/** Where the files of the page of `dbg ui` are. */
export const PAGE_FOLDER = join(DBG, '../../dist/host-page');

/** `dbg ui`, which ends with the test, and what it said. */
export const startUi = (lab: Lab, args: readonly string[] = [], env: Record<string, string> = {}) =>
  started(lab, [process.execPath, DBG, 'ui', ...args], env);

/** The same by the argv of a person's dbg. */
export async function started(lab: Lab, [file = '', ...args]: readonly string[], env: Record<string, string> = {}) {
  const running = execa(file, args, { reject: false, stdin: 'ignore', env });
  lab.cleanUp(async () => {
    running.kill('SIGTERM');
    await running;
  });
  let said = '';
  running.stderr.on('data', (piece) => (said += piece));
  await expect.poll(() => said).toContain('token=');
  return { running, url: /http:\/\/127\.0\.0\.1:\d+\/\?token=[\da-f]{32}/.exec(said)![0], said: () => said };
}

/** A window that shows the page at an address. */
export async function lookAt(
  lab: Lab,
  browser: Browser,
  url: string,
  scheme: 'light' | 'dark' = 'light',
  state = 'live',
) {
  const window = await openWindow(browser, scheme);
  lab.cleanUp(() => window.context.close());
  await window.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await window.page.goto(url);
  await window.page.getByText(state, { exact: true }).waitFor();
  return window;
}

export const copied = (page: Page) => page.evaluate<string>('navigator.clipboard.readText()');

/** The cards of a container, one for each of its networks. */
export const cards = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`^${name}, `) });
