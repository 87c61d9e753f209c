import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTap } from '../../../../src/capture/taps/tap.ts';
import type { Ended } from '../../../../src/host/host.ts';
import { fakeHost } from '../../fakes.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/**
 * A tap on a tcpdump that answers SIGUSR1 with these counts, one after the other; what was sent to
 * it, and what it wrote.
 */
async function tap(...answers: readonly [captured: number, received: number][]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const sent: string[] = [];
  const heard: string[] = [];
  let end: (ended: Ended) => void = () => undefined;
  const left = [...answers];
  const host = {
    ...fakeHost(),
    stream: async () => ({
      stdout,
      stderr,
      ended: new Promise<Ended>((resolve) => void (end = resolve)),
      signal: (signal: NodeJS.Signals) => {
        sent.push(signal);
        const answer = left.length > 1 ? left.shift() : left[0];
        if (signal !== 'SIGUSR1' || answer === undefined) return;
        const [captured, received] = answer;
        stderr.write(
          `tcpdump: ${captured} packets captured, ${received} packets received by filter, 0 packets dropped by kernel\n`,
        );
      },
    }),
  };
  const it = await startTap(
    host,
    ['tcpdump'],
    {},
    {
      data: (piece) => void heard.push(piece.toString()),
      says: () => undefined,
    },
  );
  const listens = async () => {
    stderr.write('tcpdump: listening on any, link-type LINUX_SLL2\n');
    await it.listening;
  };
  const ends = async () => {
    stdout.end();
    end({ exitCode: 0, report: '' });
    return it.ended;
  };
  return { it, sent, heard, stdout, listens, ends };
}

const later = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

test('what had come before the end is waited for, then it is interrupted', async () => {
  const { it, sent, listens, ends } = await tap([10, 100], [60, 200], [100, 300]);
  await listens();
  it.stop();
  await later(60);
  expect(sent).toEqual(['SIGUSR1', 'SIGUSR1']);
  await later(60);
  expect(sent).toEqual(['SIGUSR1', 'SIGUSR1', 'SIGUSR1', 'SIGINT']);
  expect((await ends()).leftOut).toEqual({ before: 0, after: 200 });
});

test('ended again, it is interrupted at once', async () => {
  const { it, sent, listens } = await tap([10, 100]);
  await listens();
  it.stop();
  it.stop();
  expect(sent).toEqual(['SIGUSR1', 'SIGINT']);
});

test('before it listens it is asked nothing: that would end it', async () => {
  const { it, sent } = await tap([0, 0]);
  it.ask();
  it.stop();
  expect(sent).toEqual(['SIGINT']);
});

test('what it still writes after that is taken, as long as it comes; then it is killed', async () => {
  const { it, sent, heard, stdout, listens } = await tap([5, 5]);
  await listens();
  it.stop();
  for (let piece = 0; piece < 4; piece++) {
    await later(4_000);
    stdout.write('x');
  }
  await later(4_000);
  expect(sent).toEqual(['SIGUSR1', 'SIGINT']);
  await later(2_000);
  expect([sent.at(-1), heard.join('')]).toEqual(['SIGKILL', 'xxxx']);
});

test('held up by its reader, it is not killed', async () => {
  const { it, sent, listens } = await tap([5, 5]);
  await listens();
  it.pause();
  it.stop();
  await later(60_000);
  expect(sent).toEqual(['SIGUSR1', 'SIGINT']);
  it.resume();
  await later(6_000);
  expect(sent.at(-1)).toBe('SIGKILL');
});

test('one that ended by itself has left nothing out', async () => {
  const { listens, ends } = await tap([5, 9]);
  await listens();
  expect(await ends()).toMatchObject({ exitCode: 0, hasListened: true, leftOut: undefined });
});
