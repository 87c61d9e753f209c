import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { newRing, ringWriter } from '../../../../src/api/beside/ring.ts';

/** Takes out what comes until a connection is closed, then says what that was; dwells on each piece, now and then longer. */
const READER = `
const { parentPort, workerData: { ring, dwell } } = require('node:worker_threads');
const hash = require('node:crypto').createHash('sha256');
{
  const { take, rest } = module.exports.ringReader(ring);
  let nap;
  const look = () => {
    clearTimeout(nap);
    for (;;) {
      const count = take((what, connection, time, bytes) => {
        for (let looks = Math.random() * dwell; looks > 0; looks--) Atomics.load(ring.control, 0);
        if (what === 'close') parentPort.postMessage(hash.digest('hex'));
        else hash.update(String(connection)).update(bytes);
      });
      if (!rest(count === 0)) continue;
      if (count > 0) nap = setTimeout(look, 1);
      return;
    }
  };
  parentPort.on('message', look);
  look();
}`;

const built = () =>
  buildSync({ entryPoints: ['src/api/beside/ring.ts'], bundle: true, format: 'cjs', write: false }).outputFiles[0]!
    .text;

interface Course {
  readonly size: number;
  readonly pieces: number;
  /** bytes */
  readonly longest: number;
  readonly dwell: number;
}

/** Puts in pieces; gives what was put in, what was taken out, and whether the writer gave up. */
async function course({ size, pieces, longest, dwell }: Course) {
  const ring = newRing(size);
  const thread = new Worker(built() + READER, { eval: true, workerData: { ring, dwell } });
  let isLost = false;
  const { put } = ringWriter(ring, {
    wake: () => thread.postMessage('look'),
    lost: () => (isLost = true),
    patience: 5000,
  });
  const hash = createHash('sha256');
  for (let piece = 0; piece < pieces; piece++) {
    const bytes = Buffer.alloc((piece * 7919) % longest, piece);
    hash.update(String(piece)).update(bytes);
    put('client', piece, 0, bytes);
    // The reader has taken all, and goes to sleep.
    if (piece % 500 === 0 && piece < 3000) await setTimeout(20);
  }
  put('close', 1, 0, Buffer.alloc(0));
  const taken = isLost ? 'lost' : (await once(thread, 'message'))[0];
  await thread.terminate();
  return { sent: hash.digest('hex'), taken };
}

test('two threads: all that is put in is taken out, however often the ring is full and the reader asleep', async () => {
  const { sent, taken } = await course({ size: 131_072, pieces: 3000, longest: 60_000, dwell: 0 });
  expect(taken).toBe(sent);
}, 30_000);

// Where the reader took back that the ring was full, this stood still within 500,000 pieces, mostly within 100,000.
test('two threads: who waits for room is woken, whenever the reader makes some', async () => {
  const { sent, taken } = await course({ size: 1024, pieces: 200_000, longest: 400, dwell: 300 });
  expect(taken).toBe(sent);
}, 60_000);

/** Puts in more than is read for 2 seconds; says when it begins, and at its end whether the writer gave up. */
const WRITER = `
const { Worker } = require('node:worker_threads');
const ring = module.exports.newRing(1024);
const thread = new Worker(process.env.READER, { eval: true, workerData: { ring, dwell: 3000 } });
let outcome = 'read on';
const wake = () => thread.postMessage('look');
const { put } = module.exports.ringWriter(ring, { wake, lost: () => (outcome = 'lost'), patience: 500 });
thread.once('online', () => {
  process.stdout.write('begins ');
  for (const began = Date.now(); Date.now() < began + 2000; ) put('client', 1, 0, Buffer.alloc(200));
  process.stdout.write(outcome, () => process.exit());
});`;

test('a process that was stopped for longer than the writer’s patience reads on', async () => {
  const child = spawn(process.execPath, ['-e', built() + WRITER], {
    env: { ...process.env, READER: built() + READER },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
  await once(child.stdout, 'data');
  await setTimeout(300);
  child.kill('SIGSTOP');
  await setTimeout(700);
  child.kill('SIGCONT');
  await once(child, 'close');
  expect(said).toBe('begins read on');
}, 30_000);
