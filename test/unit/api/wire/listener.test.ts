import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listen, listenText, parseListen } from '../../../../src/api/wire/listener.ts';

describe('where to listen', () => {
  test.each([
    ['unix:/run/a.sock', 'unix:///run/a.sock'],
    ['unix:///run/a.sock', 'unix:///run/a.sock'],
    ['unix:a.sock', 'unix:///here/a.sock'],
    ['tcp:127.0.0.1:2375', 'tcp://127.0.0.1:2375'],
    ['tcp://localhost:0/', 'tcp://localhost:0'],
    ['tcp:[::1]:2375', 'tcp://[::1]:2375'],
  ])('%s is %s', (text, expected) => expect(listenText(parseListen(text, '/here'))).toBe(expected));

  test.each(['', 'unix:', '/run/a.sock', 'tcp:1234', 'tcp:a:99999', 'ssh://a', `unix:/${'x'.repeat(107)}`])(
    '"%s" is no place',
    (text) => expect(() => parseListen(text, '/here')).toThrow(expect.objectContaining({ exitCode: 2 })),
  );
});

describe('listening on a path', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'dbg-listen-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const at = () => ({ kind: 'unix', path: join(folder, 's') }) as const;

  test('is for its owner alone; nothing is left', async () => {
    const listening = await listen(at());
    expect(statSync(at().path).mode & 0o777).toBe(0o600);
    const client = connect(at().path);
    await new Promise((done) => client.on('connect', done));
    const closed = new Promise((done) => client.on('close', done));
    client.resume();
    await listening.close(0);
    await closed;
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is refused where somebody listens, or a file is', async () => {
    const listening = await listen(at());
    await expect(listen(at())).rejects.toThrow('somebody listens');
    await listening.close(0);
    writeFileSync(at().path, 'a file');
    await expect(listen(at())).rejects.toThrow('is no socket');
  });
});
