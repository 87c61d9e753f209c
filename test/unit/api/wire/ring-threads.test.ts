import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { newRing, ringWriter } from '../../../../src/api/wire/ring.ts';

/** Takes out what comes until a connection is closed, then says what that was. */
const READER = `
const { parentPort, workerData } = require('node:worker_threads');
const hash = require('node:crypto').createHash('sha256');
{
  const { take, rest } = module.exports.ringReader(workerData);
  let nap;
  const look = () => {
    clearTimeout(nap);
    for (;;) {
      const count = take((what, connection, time, bytes) => {
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

test('two threads: all that is put in is taken out, however often the ring is full and the reader asleep', async () => {
  const ring = newRing(131_072);
  const built = buildSync({ entryPoints: ['src/api/wire/ring.ts'], bundle: true, format: 'cjs', write: false });
  const thread = new Worker(built.outputFiles[0]!.text + READER, { eval: true, workerData: ring });
  const said: string[] = [];
  const { put } = ringWriter(ring, {
    wake: () => thread.postMessage('look'),
    lost: () => said.push('lost'),
    patience: 10_000,
  });
  const hash = createHash('sha256');
  for (let piece = 0; piece < 3000; piece++) {
    const bytes = Buffer.alloc((piece * 7919) % 60_000, piece);
    hash.update(String(piece)).update(bytes);
    put('client', piece, 0, bytes);
    // The reader has taken all, and goes to sleep.
    if (piece % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  put('close', 1, 0, Buffer.alloc(0));
  const [taken] = await once(thread, 'message');
  await thread.terminate();
  expect([taken, said]).toEqual([hash.digest('hex'), []]);
}, 30_000);
