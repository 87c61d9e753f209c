import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect } from 'vitest';
import { sleep } from './support/dbg.ts';
import { test } from './support/lab.ts';
import { relay, residentMb, sumOf, type Relay } from './support/wire.ts';

// 500 MB through dbg, both ways.
const IMAGE = 'api-wire-large';
const FILE_BYTES = 500_000_000;
const MOST_MB = 150;

let through: Relay;
beforeAll(async () => {
  through = await relay();
  await pipeline(tar(), execa('docker', ['import', '-', IMAGE]).duplex());
});
afterAll(async () => {
  await through.end();
  await execa('docker', ['rmi', '-f', IMAGE], { reject: false });
});

/** A tar with one file: of one megabyte again and again, each with its number, so that no two pieces are the same. */
function tar(): Readable {
  const header = Buffer.alloc(512);
  header.write('large');
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${FILE_BYTES.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        0', 148);
  header.write('ustar\u000000', 257);
  const check = header.reduce((total, byte) => total + byte, 0);
  header.write(`${check.toString(8).padStart(6, '0')}\0 `, 148);
  const megabyte = randomBytes(1_000_000);
  return Readable.from(
    (function* () {
      yield header;
      for (let at = 0; at < FILE_BYTES / megabyte.length; at++) {
        const piece = Buffer.from(megabyte);
        piece.writeUInt32LE(at);
        yield piece;
      }
      yield Buffer.alloc(512 - (FILE_BYTES % 512) + 1024);
    })(),
  );
}

/** Looks at the memory of a process until it is stopped; gives the most that there was. */
function watchMemory(pid: number): () => number {
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, residentMb(pid))), 50);
  return () => {
    clearInterval(timer);
    return most;
  };
}

test('save, slowly read, load: the same bytes, in bounded memory', async ({ lab }) => {
  const most = watchMemory(through.pid);
  const file = join(lab.folder, 'saved.tar');
  await execa('docker', ['save', '-o', file, IMAGE]);
  const saved = await sumOf(createReadStream(file));
  expect(saved.bytes).toBeGreaterThan(FILE_BYTES);

  // Nothing is read for a while: what the engine has sent waits at the engine, not in dbg.
  const docker = execa('docker', ['save', IMAGE], { env: through.env, buffer: false, stdin: 'ignore' });
  docker.stdout.pause();
  await sleep(2000);
  expect(residentMb(through.pid)).toBeLessThan(MOST_MB);
  expect(await sumOf(docker.stdout)).toEqual(saved);
  expect((await docker).exitCode).toBe(0);

  // Its id is the sum of its parts' sums, and the engine counts these itself.
  const id = async () => (await execa('docker', ['inspect', '-f', '{{.Id}} {{.RootFS.Layers}}', IMAGE])).stdout;
  const before = await id();
  await execa('docker', ['rmi', '-f', IMAGE]);
  const loaded = await execa('docker', ['load'], { env: through.env, inputFile: file });
  expect(loaded.stdout).toContain(`Loaded image: ${IMAGE}`);
  expect(await id()).toBe(before);
  expect(most()).toBeLessThan(MOST_MB);
});
