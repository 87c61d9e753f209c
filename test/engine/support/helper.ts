import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg, processes } from './dbg.ts';

/** Where `npm test` leaves dbg's image: the engine of the tests reaches no mirror of Debian's. */
const ARCHIVE = resolve('node_modules/.cache/dbg/image.tar');

/** Loads dbg's image into the engine of the tests. */
export async function loadImage(): Promise<void> {
  if (!existsSync(ARCHIVE)) throw new Error(`make it before: npm run image -- -o ${ARCHIVE}`);
  await execa('docker', ['load', '-q', '-i', ARCHIVE]);
}

export const viaHelper = (args: readonly string[], options?: Parameters<typeof dbg>[1]) =>
  dbg(['--via', 'helper', ...args], options);

export const helpers = async (): Promise<string> =>
  (await execa('docker', ['ps', '-aq', '--filter', 'label=dbg.helper'])).stdout;

/** Waits until no helper is left, and none of what runs in one. */
export async function noHelper(): Promise<void> {
  await expect.poll(helpers).toBe('');
  await expect.poll(() => processes().filter(({ command }) => command.includes('/opt/dbg/bin/dbg.js'))).toEqual([]);
}
