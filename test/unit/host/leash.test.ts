import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { followLeash, openLeash, type Leash } from '../../../src/host/leash.ts';

const leashes: Leash[] = [];
afterEach(() => leashes.splice(0).forEach((leash) => leash.end()));

async function open(patience?: number) {
  const leash = await openLeash(patience);
  leashes.push(leash);
  const [name = '', secret = ''] = leash.key.split(':');
  return { leash, name, secret };
}

/** A stranger: connects and says something; `ended` comes with all that it was told. */
function stranger(name: string, says = '') {
  const socket: Socket = connect({ path: `\0${name}` }, () => void (says && socket.write(says)));
  let told = '';
  socket.on('data', (chunk) => (told += chunk.toString())).on('error', () => undefined);
  return { socket, ended: new Promise<string>((resolve) => void socket.on('close', () => resolve(told))) };
}

function follow(key: string) {
  const signals: string[] = [];
  const gone = new Promise<void>((resolve) => followLeash(key, (signal) => signals.push(signal), resolve));
  return { signals, gone };
}

const until = (holds: () => boolean) => expect.poll(holds).toBe(true);

test('who says the secret has the leash: it gets the signals, and learns of the end', async () => {
  const { leash } = await open();
  expect(leash.wasTaken()).toBe(false);
  const second = follow(leash.key);
  await until(leash.wasTaken);
  leash.send('SIGINT');
  await until(() => second.signals.length > 0);
  leash.end();
  await second.gone;
  expect(second.signals).toEqual(['SIGINT']);
});

test.each([
  ['a wrong secret', `${'0'.repeat(64)}\n`],
  ['too much', 'x'.repeat(10_000)],
])('%s is dropped, and the leash is still there', async (_, said) => {
  const { leash, name } = await open();
  expect(await stranger(name, said).ended).toBe('');
  expect(leash.wasTaken()).toBe(false);
  follow(leash.key);
  await until(leash.wasTaken);
});

test('the secret with something behind it is not the secret', async () => {
  const { leash, name, secret } = await open();
  expect(await stranger(name, `${secret}x\n`).ended).toBe('');
  expect(leash.wasTaken()).toBe(false);
});

test('who says nothing is told nothing, and dropped after a while', async () => {
  const { leash, name } = await open(50);
  expect(await stranger(name).ended).toBe('');
  expect(leash.wasTaken()).toBe(false);
});

test('once taken it can be taken by nobody else, and who waited is dropped', async () => {
  const { leash, name, secret } = await open();
  const waiting = stranger(name);
  await once(waiting.socket, 'connect');
  const second = follow(leash.key);
  await until(leash.wasTaken);
  leash.send('SIGTERM');
  expect(await waiting.ended).toBe('');
  expect(await stranger(name, `${secret}\n`).ended).toBe('');
  await until(() => second.signals.length > 0);
  expect(second.signals).toEqual(['SIGTERM']);
});

test('strangers that hold connections keep nobody out, and hold no more than 64', async () => {
  const { leash, name } = await open();
  let closed = 0;
  for (let count = 0; count < 80; count++) {
    const { socket, ended } = stranger(name);
    void ended.then(() => closed++);
    await once(socket, 'connect');
  }
  await until(() => closed === 80 - 64);
  follow(leash.key);
  await until(leash.wasTaken);
});

test('the name, which everybody can read, does not tell the secret; both are new each time', async () => {
  const [one, other] = [await open(), await open()];
  expect(readFileSync('/proc/net/unix', 'utf8')).toContain(`@${one.name}`);
  expect(readFileSync('/proc/net/unix', 'utf8')).not.toContain(one.secret);
  expect(one.secret).toMatch(/^[0-9a-f]{64}$/);
  expect(one.name).not.toBe(other.name);
  expect(one.secret).not.toBe(other.secret);
});
