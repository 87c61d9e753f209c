import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { startShadowedTap } from '../../../../src/capture/taps/shadow.ts';
import { fakeHost } from '../../fakes.ts';
import { fileHeader, LITTLE, numbers, record } from '../fixtures.ts';

const TOO_LONG = 2 * 1024 * 1024;

/** A header of a record that claims more than tcpdump ever writes. */
const DAMAGED = Buffer.concat([fileHeader(LITTLE), numbers(LITTLE, 1, 1, TOO_LONG, TOO_LONG)]);
const WHOLE = Buffer.concat([
  fileHeader(LITTLE),
  record(LITTLE, { seconds: 1, nanoseconds: 0, originalLength: 1, data: Buffer.from('a') }),
]);

test.each(['main', 'shadow'] as const)('what is no capture, from the %s one: no exception of nobody', async (which) => {
  const streams = { main: new PassThrough(), shadow: new PassThrough() };
  const [killed, heard]: [string[], Buffer[]] = [[], []];
  const host = {
    ...fakeHost(),
    stream: async ([name]: readonly string[]) => {
      const stdout = streams[name as 'main' | 'shadow'];
      return {
        stdout,
        stderr: new PassThrough(),
        ended: new Promise<{ exitCode: number; report: string }>((resolve) =>
          stdout.on('close', () => resolve({ exitCode: 0, report: '' })),
        ),
        signal: (signal: NodeJS.Signals) => {
          killed.push(`${name} ${signal}`);
          if (signal !== 'SIGUSR1' && signal !== 'SIGCONT' && signal !== 'SIGSTOP') stdout.destroy();
        },
      };
    },
  };
  const tap = await startShadowedTap(
    host,
    { main: ['main'], shadow: ['shadow'] },
    {},
    { data: (piece) => heard.push(piece), says: () => undefined },
  );
  const ended = tap.ended.then(
    () => 'ended',
    (error: Error) => error.message,
  );
  streams[which].write(DAMAGED);
  const other = which === 'main' ? 'shadow' : 'main';
  streams[other].write(WHOLE);
  await new Promise((resolve) => void setImmediate(resolve));
  if (which === 'shadow') tap.stop();
  expect(await ended).toBe(which === 'shadow' ? 'ended' : `the capture is damaged: a packet of ${TOO_LONG} bytes`);
  expect(killed).toContain('shadow SIGKILL');
  if (which === 'shadow') expect(heard).toHaveLength(1);
});
