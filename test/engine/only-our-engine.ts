import { readFileSync } from 'node:fs';

/**
 * The engine tests make, cut and remove containers: never on an engine that somebody uses. Inside an engine of our own
 * (npm run engine -- exec …), and only there, the first process of the pid namespace is test/own-engine/init.sh.
 */
export default function onlyOurEngine(): void {
  if (!readFileSync('/proc/1/cmdline', 'utf8').includes('own-engine/init.sh')) {
    throw new Error(
      'the engine tests run inside an engine of their own: npm test, or npm run engine -- exec npx vitest …',
    );
  }
  // The tests are root's own, also when sudo brought them here from a plain user's PATH and home.
  for (const name of Object.keys(process.env)) if (name.startsWith('SUDO_')) delete process.env[name];
  process.env['PATH'] = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;
  process.env['HOME'] = '/nonexistent';
}
