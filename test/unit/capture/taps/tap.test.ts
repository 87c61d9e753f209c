import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { startTap, tapFailed } from '../../../../src/capture/taps/tap.ts';
import { fakeHost } from '../../fakes.ts';

/** A tap whose tcpdump says this on stderr, and ends. */
async function tap(stderrText: string) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said: string[] = [];
  const host = {
    ...fakeHost(),
    stream: async () => ({
      stdout,
      stderr,
      ended: Promise.resolve({ exitCode: 1, report: '' }),
      signal: () => undefined,
    }),
  };
  const started = await startTap(host, ['tcpdump'], {}, { data: () => undefined, says: (line) => said.push(line) });
  stderr.end(stderrText);
  stdout.end();
  stdout.resume();
  await new Promise((resolve) => void stderr.on('end', resolve));
  return { said, counts: started.counts(), end: await started.ended };
}

const LISTENING = 'tcpdump: listening on any, link-type LINUX_SLL2\n';

test('counts that -v has written its own over', async () => {
  const info = 'tcpdump: 6 packets captured, 7 packets received by filter, 1 packet dropped by kernel\n';
  const { said, counts } = await tap(`${LISTENING}Got 2\rGot 6\r${info}Got 6\r`);
  expect(counts).toEqual({ captured: 6, received: 7, dropped: 1 });
  expect(said).toEqual([LISTENING.trim(), 'Got 6\r']);
});

test('why it did not begin, not what it adds in brackets', async () => {
  const { end } = await tap('tcpdump: eth7: No such device exists\n(No such device exists)\n');
  expect(tapFailed('web/eth7', end).message).toBe('web/eth7: tcpdump: eth7: No such device exists');
});
