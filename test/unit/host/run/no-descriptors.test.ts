import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hold } from '../../../../src/host/run/held-program.ts';
import { output } from '../../../../src/host/run/output.ts';
import { makePipe } from '../../../../src/host/run/pipe.ts';
import { pipeline } from '../../../../src/host/run/pipeline.ts';
import { whenReaderLeaves } from '../../../../src/host/run/reader-left.ts';
import { runOnTerminal } from '../../../../src/host/run/run-on-terminal.ts';
import { stream } from '../../../../src/host/run/stream.ts';
import { startWitness } from '../../../../src/host/run/witness.ts';

// vitest gives each file of tests a process of its own, which this limit is for.
const LIMIT = 256;
const limit = (soft: number) => execFileSync('prlimit', ['--pid', String(process.pid), `--nofile=${soft}:`]);
const [before = ''] = execFileSync('prlimit', [
  '--pid',
  String(process.pid),
  '--nofile',
  '--output=SOFT',
  '--noheadings',
])
  .toString()
  .split('\n');
beforeAll(() => void limit(LIMIT));
afterAll(() => void limit(Number(before.trim())));

const env = { PATH: process.env['PATH']! };
const signals = {
  on: () => () => undefined,
  onChild: () => () => undefined,
  send: process.kill,
  stop: () => undefined,
};
const beside = () => ({ signals, witness: startWitness(), streams: undefined });
const quiet = { argv: ['true'], env };

const WAYS: Readonly<Record<string, () => Promise<unknown>>> = {
  run: async () => runOnTerminal(['true'], { env }, beside()),
  'run, of dbg itself': async () => runOnTerminal(['true'], { env, isDbg: true }, beside()),
  stream: async () => {
    const { stdout, stderr, ended } = await stream(['true'], env);
    [stdout, stderr].forEach((each) => each.resume());
    await ended;
  },
  pipeline: async () => pipeline(quiet, quiet, { quiet: true, streams: undefined }),
  hold: async () => hold(['true'], env).ended,
  output: async () => output(['true'], env),
  'a pipe': async () => makePipe((path) => closeSync(openSync(path, 'r'))),
  'a reader that leaves': async () => whenReaderLeaves(1, () => undefined)(),
};

/** How it goes where so many descriptors are left. */
async function goes(way: () => Promise<unknown>, left: number): Promise<string> {
  const opened: number[] = [];
  try {
    for (;;) opened.push(openSync('/dev/null', 'r'));
  } catch {
    opened.splice(0, left).forEach(closeSync);
  }
  try {
    await way();
    return 'well';
  } catch (error) {
    return String(error);
  } finally {
    opened.forEach(closeSync);
  }
}

test.each(Object.entries(WAYS))('%s: with few descriptors left, it is said that there are too few', async (_, way) => {
  await way(); // Modules that are loaded only now need some too.
  for (const left of [0, 1, 2, 3, 5, 8, 12, 13, 16, 20, 24, 32, 48]) {
    const how = await goes(way, left);
    if (left === 0) expect(how).toContain('dbg may open no more files');
    else if (left === 48) expect(how).toBe('well');
    else expect(how).toMatch(/^well$|dbg may open no more files/);
  }
});
