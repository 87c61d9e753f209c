import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { followLeash, openLeash, type Leash } from '../../../../src/host/run/leash.ts';

const leashes: Leash[] = [];
afterEach(() => leashes.splice(0).forEach((leash) => leash.end()));

async function open(): Promise<Leash> {
  const leash = await openLeash();
  leashes.push(leash);
  return leash;
}

function follow(key: string) {
  const signals: string[] = [];
  const gone = new Promise<void>((resolve) => followLeash(key, (signal) => signals.push(signal), resolve));
  return { signals, gone };
}

test('who takes it gets the signals, and learns of the end', async () => {
  const leash = await open();
  expect([leash.wasTaken(), leash.wasTaken()]).toEqual([false, false]);
  const second = follow(leash.key);
  expect([leash.wasTaken(), leash.wasTaken()]).toEqual([true, true]);
  leash.send('SIGINT');
  leash.send('SIGTERM');
  await expect.poll(() => second.signals).toEqual(['SIGINT', 'SIGTERM']);
  leashes.splice(0).forEach((each) => each.end());
  await second.gone;
});

test('a signal that came before it was taken is not lost', async () => {
  const leash = await open();
  leash.send('SIGHUP');
  expect(leash.wasTaken()).toBe(false);
  const second = follow(leash.key);
  await expect.poll(() => second.signals).toEqual(['SIGHUP']);
  expect(leash.wasTaken()).toBe(true);
});

test('signals that nobody reads hold nothing up', async () => {
  const leash = await open();
  for (let count = 0; count < 20_000; count++) leash.send('SIGUSR1');
  expect(leash.wasTaken()).toBe(false);
});

test('no program that dbg starts holds it, nor finds it open', async () => {
  const leash = await open();
  const second = follow(leash.key);
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  leashes.splice(0).forEach((each) => each.end());
  await second.gone;
  child.kill();
});

test.each([
  ['no key', ''],
  ['no process', '4194399:1:20'],
  ['another process, which has its number now', 'SELF:1:DESCRIPTOR'],
  ['no such descriptor', 'SELF:START:999'],
  ['no pipe', 'SELF:START:0/../../environ'],
  ['a path', '1/../self:START:DESCRIPTOR'],
])('%s: the first dbg is gone', async (_, text) => {
  const [pid = '', start = '', descriptor = ''] = (await open()).key.split(':');
  expect(pid).toBe(readlinkSync('/proc/self'));
  const key = text.replace('SELF', pid).replace('START', start).replace('DESCRIPTOR', descriptor);
  const { signals, gone } = follow(key);
  await gone;
  expect(signals).toEqual([]);
});
