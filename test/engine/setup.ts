// What comes before and after all engine tests.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { watchForStuck } from '../own-engine/engine.ts';
import { wholeScore } from './clinic/score.ts';
import { changeableCode } from '../../src/host/files/own-code.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** What was on the engine before, each `ID NAME`: also what a run that was killed left. */
    readonly before: { readonly containers: readonly string[]; readonly networks: readonly string[] };
  }
}

/**
 * The tests have the same environment on each machine, without the person's EDITOR, which waits for him, sudo's SUDO_USER, and
 * NODE_EXTRA_CA_CERTS, which Node 20 reads for 55 ms at each start.
 */
const KEPT =
  /^(PATH|HOME|SHELL|TERM|LANG|LC_.*|TZ|TMPDIR|LD_LIBRARY_PATH|DOCKER_CONFIG|DBG_.*|VITEST.*|TEST|NODE_ENV|MODE|DEV|PROD|BASE_URL|SSR)$/;

/** Gives the tests an environment of their own, and gives back how to take it away. */
export default function setUp(project: TestProject): () => void {
  onlyOurEngine();
  for (const name of Object.keys(process.env)) if (!KEPT.test(name)) delete process.env[name];
  process.env['PATH'] = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;
  // Shells and browsers write into it.
  const home = mkdtempSync(join(tmpdir(), 'dbg-test-home-'));
  process.env['HOME'] = home;
  copyForRoot(join(home, 'dbg'));
  project.provide('before', {
    containers: docker('ps', '-a', '--format', '{{.ID}} {{.Names}}'),
    networks: docker('network', 'ls', '--format', '{{.ID}} {{.Name}}'),
  });
  const noLonger = watchForStuck();
  return () => {
    noLonger();
    const score = wholeScore(home);
    if (score !== undefined) console.log(score);
    rmSync(home, { recursive: true, force: true });
  };
}

/** In a person's checkout, root's dbg says each time that he may change it: then a copy that is root's is tested. */
function copyForRoot(folder: string): void {
  if (changeableCode([resolve('bin'), resolve('dist')]) === undefined) return;
  for (const part of ['bin', 'dist', 'package.json']) cpSync(part, join(folder, part), { recursive: true });
  process.env['DBG_UNDER_TEST'] = join(folder, 'bin/dbg.js');
}

/**
 * The engine tests make, cut and remove containers: never on an engine that somebody uses. Inside an engine of our own
 * (npm run engine -- exec …), and only there, the first process of the pid namespace is test/own-engine/init.sh.
 */
function onlyOurEngine(): void {
  if (readFileSync('/proc/1/cmdline', 'utf8').includes('own-engine/init.sh')) return;
  throw new Error(
    'the engine tests run inside an engine of their own: npm test, or npm run engine -- exec npx vitest …',
  );
}

const docker = (...args: readonly string[]) =>
  execFileSync('docker', args, { encoding: 'utf8' }).split('\n').filter(Boolean);
