import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { askArgv, parseReplies, type Question } from '../../../../src/network/reach/ask.ts';

const run = async (questions: readonly Question[]) => {
  const [file, ...args] = askArgv(0.3, questions);
  const { stdout } = await promisify(execFile)(file!, args);
  return parseReplies(stdout, questions.length);
};
const tcp = (port: number, payload = ''): Question => ({
  protocol: 'tcp',
  address: '127.0.0.1',
  port,
  payload: Buffer.from(payload),
});

test('a connection, an answer, a refusal and silence are told apart, side by side', async () => {
  const server = createServer((socket) => socket.on('data', (data) => socket.end(`said ${String(data)}`)));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
  const mute = (silent.address() as { port: number }).port;
  const udp = { ...tcp(1), protocol: 'udp' as const };
  const replies = await run([tcp(port), tcp(port, 'hello'), tcp(1), udp, tcp(mute, 'hello')]);
  server.close();
  silent.close();
  expect(replies.map((reply) => reply && { ...reply, answer: String(reply.answer) })).toEqual([
    { isConnected: true, errno: 0, sent: 1, answer: '' },
    { isConnected: true, errno: 0, sent: 1, answer: 'said hello' },
    { isConnected: false, errno: 111, sent: 1, answer: '' },
    { isConnected: false, errno: 111, sent: 1, answer: '' },
    { isConnected: true, errno: 0, sent: 1, answer: '' },
  ]);
});

test.each([
  ['0 1 0 2 6869\n', 1, [{ isConnected: true, errno: 0, sent: 2, answer: Buffer.from('hi') }]],
  ['1 0 113 1 \n', 2, [undefined, { isConnected: false, errno: 113, sent: 1, answer: Buffer.alloc(0) }]],
  ['nonsense', 1, [undefined]],
])('replies %j', (printed, count, replies) => expect(parseReplies(printed, count)).toEqual(replies));
