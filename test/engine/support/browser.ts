import { chromium, type Browser, type Page } from 'playwright-core';
import { findProgram } from '../../own-engine/programs.ts';

/** Nothing that asks the network by itself, and no sandbox, which root's Chromium does not have. */
const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The real browser, without a window and with a profile of its own that goes with it. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: findProgram('chromium') ?? 'chromium', args: ARGS });

/** A window of the browser, and what happened there that must not. */
export async function openWindow(browser: Browser, scheme: 'light' | 'dark' = 'light') {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width: 1400, height: 860 } });
  // A test ends when it sees what it waits for, on a busy machine too.
  context.setDefaultTimeout(120_000);
  const page: Page = await context.newPage();
  const requests: string[] = [];
  const faults: string[] = [];
  /** requests that came to nothing, of which a reload makes some */
  const failed: string[] = [];
  context.on('requestfailed', (request) => failed.push(`${request.url()}: ${request.failure()?.errorText}`));
  context.on('request', (request) => requests.push(request.url()));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => faults.push(error.message));
  // Chromium drops what it loads when an address of the host changes, as each container that starts
  // does, and says so. The page loads it again (src/web/assets/start.js).
  page.on('console', (message) => {
    if (!message.text().includes('ERR_NETWORK_CHANGED')) faults.push(message.text());
  });
  return { context, page, requests, faults, failed };
}
