import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { openChannel } from '../../../src/far/channel.ts';
import { frameParts } from '../../../src/far/far-frames.ts';

/** A channel of which this test is the other end. */
function ends(onFrame: (kind: string, text: string) => void | Promise<void> = () => undefined) {
  const [input, output] = [new PassThrough(), new PassThrough({ highWaterMark: 1 })];
  const gone: (string | undefined)[] = [];
  const channel = openChannel(input, output, {
    onFrame: ({ kind, body }) => onFrame(kind, body.toString()),
    onGone: (why) => gone.push(why),
  });
  const say = (kind: string, text = '') => frameParts(kind, Buffer.from(text)).forEach((part) => input.write(part));
  return { channel, input, output, gone, say };
}

test('frames are worked on one after the other, and what comes meanwhile waits', async () => {
  const seen: string[] = [];
  let go: () => void = () => undefined;
  const { say, input } = ends(async (kind, text) => {
    seen.push(`${kind}${text}`);
    if (text === 'wait') await new Promise<void>((resolve) => (go = resolve));
  });
  say('o', 'a');
  say('o', 'wait');
  say('o', 'b');
  await expect.poll(() => seen).toEqual(['oa', 'owait']);
  expect(input.isPaused()).toBe(true);
  go();
  await expect.poll(() => seen).toEqual(['oa', 'owait', 'ob']);
});

test('the end is told once, after all that came before it', async () => {
  const seen: string[] = [];
  const { say, input, gone } = ends(async (kind) => {
    await new Promise((resolve) => void setImmediate(resolve));
    seen.push(kind);
  });
  say('x', '0');
  input.end();
  await expect.poll(() => gone).toEqual([undefined]);
  expect(seen).toEqual(['x']);
});

test('what is no frame ends the channel, with the reason', async () => {
  const { input, gone } = ends();
  input.write('Welcome to this host!\n');
  await expect.poll(() => gone).toEqual([expect.stringMatching(/a frame of \d+ bytes/)]);
});

test('a listener that fails ends the channel', async () => {
  const { say, gone } = ends(() => Promise.reject(new Error('no room')));
  say('o', 'a');
  await expect.poll(() => gone).toEqual(['Error: no room']);
});

test('who sends much waits until the other side has taken it', async () => {
  const { channel, output } = ends();
  channel.send('o', Buffer.alloc(1 << 20));
  expect(channel.waiting()).toBeGreaterThan(1 << 19);
  let isDrained = false;
  void channel.drained().then(() => (isDrained = true));
  await new Promise((resolve) => void setImmediate(resolve));
  expect(isDrained).toBe(false);
  output.resume();
  await expect.poll(() => isDrained).toBe(true);
});

test('nobody waits for a side that has gone', async () => {
  const { channel, input, output, gone } = ends();
  channel.send('o', Buffer.alloc(1 << 20));
  const drained = channel.drained();
  input.end();
  input.resume();
  await expect.poll(() => gone).toEqual([undefined]);
  output.destroy();
  await drained;
  await channel.end();
});
