import { expect, test } from 'vitest';
import { FROM_FAR, type NearAnswer } from '../../../src/far/far-frames.ts';
import { answerRequests } from '../../../src/far/near-requests.ts';
import type { CreatedFile } from '../../../src/host/host-files.ts';
import { fakeContext, fakeHost } from '../fakes.ts';

/** The near side of a far one that this test plays; `log` is what happened to files. */
function near(isNamed: (path: string) => boolean = () => true) {
  const log: string[] = [];
  const answers: NearAnswer[] = [];
  const file = (path: string): CreatedFile => ({
    descriptor: 9,
    isNew: true,
    stats: { mode: 0o100644, size: 0, isFile: () => true, isFIFO: () => false },
    write: async (parts) => {
      const text = Buffer.concat([...parts]).toString();
      log.push(`${path} << ${text}`);
      const error =
        text === 'too much' ? Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }) : undefined;
      return { written: error ? 0 : text.length, error };
    },
    truncate: async (length) => void log.push(`${path} truncated to ${length}`),
    close: async () => void log.push(`${path} closed`),
  });
  const host = {
    ...fakeHost(),
    create: async (path: string) => {
      log.push(`${path} created`);
      return file(path);
    },
    remove: (path: string) => void log.push(`${path} removed`),
    settle: async (path: string, name: string) => void log.push(`${path} is ${name}`),
  };
  const requests = answerRequests(fakeContext({ host }), isNamed, (answer) => answers.push(answer));
  const ask = (id: number, request: object) =>
    requests.take(FROM_FAR.request, Buffer.from(JSON.stringify({ id, ...request })));
  const write = (id: number, number: number, text: string) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(id);
    head.writeUInt32BE(number, 4);
    return requests.take(FROM_FAR.fileBytes, Buffer.concat([head, Buffer.from(text)]));
  };
  return { log, answers, requests, ask, write };
}

test('a file is made where the person is, filled, cut and closed', async () => {
  const { log, answers, ask, write } = near();
  await ask(1, { kind: 'create', path: 'cap.pcap' });
  await expect.poll(() => answers).toHaveLength(1);
  await write(2, 1, 'abc');
  await ask(3, { kind: 'truncate', file: 1, length: 2 });
  await ask(4, { kind: 'close', file: 1 });
  expect(log).toEqual([
    '/home/ann/cap.pcap created',
    '/home/ann/cap.pcap << abc',
    '/home/ann/cap.pcap truncated to 2',
    '/home/ann/cap.pcap closed',
  ]);
  expect(answers).toMatchObject([
    { id: 1, value: { file: 1, isNew: true, stats: { isFile: true } } },
    { id: 2, value: 3 },
    { id: 3, value: null },
    { id: 4, value: null },
  ]);
});

test('a full disk here is told over there', async () => {
  const { answers, ask, write } = near();
  await ask(1, { kind: 'create', path: 'cap.pcap' });
  await expect.poll(() => answers).toHaveLength(1);
  await write(2, 1, 'too much');
  expect(answers[1]).toEqual({ id: 2, error: { message: 'ENOSPC: no space left', code: 'ENOSPC' } });
});

test.each([
  { kind: 'create', path: '/home/ann/.ssh/authorized_keys' },
  { kind: 'create', path: '../../etc/cron.d/x' },
  { kind: 'remove', path: '/home/ann/thesis.tex' },
  { kind: 'settle', path: 'cap.pcap', name: '/home/ann/.profile' },
  { kind: 'settle', path: '/etc/shadow', name: 'cap.pcap' },
])('a host that was taken over cannot $kind $path', async (request) => {
  const { log, answers, ask } = near((path) => path === '/home/ann/cap.pcap');
  await ask(1, request);
  await expect.poll(() => answers).toHaveLength(1);
  expect(answers[0]).toMatchObject({
    id: 1,
    error: { message: expect.stringContaining('is not a file that was named') },
  });
  expect(log).toEqual([]);
});

test.each(['truncate', 'close'])('%s of a file that nobody opened', async (kind) => {
  const { answers, ask } = near();
  await ask(1, { kind, file: 7, length: 0 });
  expect(answers).toEqual([{ id: 1, error: { message: 'no file 7 is open', code: undefined } }]);
});

test('what is open is closed when the connection ends', async () => {
  const { log, answers, ask, requests } = near();
  await ask(1, { kind: 'create', path: 'a' });
  await ask(2, { kind: 'create', path: 'b' });
  await expect.poll(() => answers).toHaveLength(2);
  await requests.closeAll();
  expect(log.slice(2)).toEqual(['/home/ann/a closed', '/home/ann/b closed']);
});
