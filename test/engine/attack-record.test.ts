import { connect } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { DBG, says, sleep } from './support/dbg.ts';
import { test } from './support/lab.ts';

/** dbg api record, listening, with so many file descriptors. */
function recording(folder: string, files = 4096) {
  const [socket, file] = [join(folder, 's.sock'), join(folder, 'r.ndjson')];
  const argv = [process.execPath, DBG, 'api', 'record', '--listen', `unix:${socket}`, file];
  const running = execa('sh', ['-c', `ulimit -n ${files}; exec "$@"`, 'sh', ...argv], { reject: false });
  return { socket, file, running };
}

test('what was answered is recorded, from the first call on: kill -9 right behind it loses nothing', async ({
  lab,
}) => {
  for (let round = 0; round < 5; round++) {
    const { socket, file, running } = recording(join(lab.folder));
    await says(running, 'DOCKER_HOST=');
    const { stdout } = await execa('curl', ['-s', '--unix-socket', socket, 'http://d/_ping']);
    expect(stdout).toBe('OK');
    // What is answered is read by the thread a few ms later (docs/api-recordings.md).
    const deadline = Date.now() + 10_000;
    while (!readFileSync(file, 'utf8').includes('"type":"end"') && Date.now() < deadline) await sleep(20);
    running.kill('SIGKILL');
    await running;
    expect(readFileSync(file, 'utf8')).toContain('/_ping');
    await execa('rm', [file]);
  }
});

test('it does not say that it listens before it reads: who connects sooner finds nobody', async ({ lab }) => {
  const { socket, file, running } = recording(lab.folder);
  const deadline = Date.now() + 15_000;
  let answered = false;
  while (!answered && Date.now() < deadline) {
    answered = await new Promise<boolean>((done) => {
      const client = connect(socket).on('error', () => done(false));
      client.on('connect', () => {
        client.destroy();
        done(true);
      });
    });
  }
  // The header is written by the thread that reads: it is there with the socket.
  expect(readFileSync(file, 'utf8')).toContain('"recording":"dbg api"');
  running.kill('SIGKILL');
  await running;
});

test('clients that are refused for want of file descriptors are counted and said: 125', async ({ lab }) => {
  const { socket, running } = recording(lab.folder, 64);
  await says(running, 'DOCKER_HOST=');
  const closed: boolean[] = [];
  const clients = Array.from({ length: 100 }, () =>
    connect(socket)
      .on('connect', function (this: ReturnType<typeof connect>) {
        this.write('GET /events HTTP/1.1\r\nHost: d\r\n\r\n');
      })
      .on('error', () => undefined)
      .on('close', () => closed.push(true)),
  );
  // Those that are served stay: only the others are closed.
  let before = -1;
  while (closed.length !== before || closed.length === 0) {
    before = closed.length;
    await sleep(300);
  }
  const refused = closed.length;
  clients.forEach((client) => client.destroy());
  running.kill('SIGINT');
  const { exitCode, stderr } = await running;
  expect([exitCode, refused > 50 && refused < 100]).toEqual([125, true]);
  expect(stderr).toContain(`dbg: ${refused} clients were refused: dbg may open no more files`);
});
