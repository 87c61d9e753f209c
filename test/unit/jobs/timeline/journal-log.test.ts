import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { journalArgv, journalLog } from '../../../../src/jobs/timeline/journal-log.ts';
import type { Engine } from '../../../../src/engine/engine.ts';
import { fakeEngine, fakeHost, ID } from '../../fakes.ts';

const line = (text: string, more = {}) =>
  `${JSON.stringify({ __REALTIME_TIMESTAMP: '1000', MESSAGE: text, ...more })}\n`;

function withDriver(logDriver: string): Engine {
  const engine = fakeEngine([]);
  return { ...engine, inspection: async (id) => ({ ...(await engine.inspection(id)), logDriver }) };
}

test('the journal is read where the driver is journald, and nowhere else', async () => {
  const argvs: (readonly string[])[] = [];
  const host = {
    ...fakeHost(),
    stream: async (argv: readonly string[]) => {
      argvs.push(argv);
      return {
        stdout: Readable.from([Buffer.from(line('one') + line('bad', { PRIORITY: '3' })), Buffer.from('no json\n')]),
        stderr: Readable.from([]),
        ended: Promise.resolve({ exitCode: 0, report: '' }),
        signal: () => undefined,
      };
    },
  };
  const heard: string[] = [];
  const wish = { tail: 2, isFollowed: false };
  const hear = (ended: () => void) => ({
    message: ({ stream, data }: { stream: string; data: Buffer }) => heard.push(`${stream} ${String(data)}`),
    drained: () => undefined,
    ended,
  });
  await new Promise<void>((ended) => void journalLog(host, withDriver('journald'), ID, wish, hear(ended)));
  expect(heard).toEqual(['stdout one\n', 'stderr bad\n']);
  expect(argvs).toEqual([journalArgv(ID, wish)]);
  expect(
    await journalLog(
      host,
      withDriver('gelf'),
      ID,
      wish,
      hear(() => undefined),
    ),
  ).toBeUndefined();
  expect(argvs).toHaveLength(1);
});

test('the argv for journalctl', () => {
  expect(journalArgv('abc', { since: '5.5', isFollowed: true }).slice(4)).toEqual([
    '--output=json',
    '--follow',
    '--lines=all',
    '--since=@5.5',
    'CONTAINER_ID_FULL=abc',
  ]);
});
