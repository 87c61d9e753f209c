import { createHash } from 'node:crypto';
import { readdirSync, readlinkSync } from 'node:fs';
import { expect } from 'vitest';
import {
  asked,
  client,
  forwardersOf,
  listening,
  received,
  serviceIn,
  startForward,
  statusOf,
} from './support/forward.ts';
import { test } from './support/lab.ts';

const ECHO = { command: ['sh', '-c', 'nc -ll -p 80 -e cat; exec sleep 3600'] };
const ANSWER = listening(`let t = ''; s.on('data', (d) => t += d); s.on('end', () => s.end('got ' + t))`);

test('a port of this host leads to one that is unpublished and on 127.0.0.1 in a distroless container', async ({
  lab,
}) => {
  const web = await lab.run('web', { image: 'distroless', command: ['/bin/sleep', '3600'] });
  await serviceIn(lab, web, ANSWER);
  const forward = await startForward(lab, ['-v', web, '0:80']);
  expect(await asked(forward.ports[0]!, 'hello')).toBe('got hello');
  await expect
    .poll(forward.stdout)
    .toMatch(/#1 127\.0\.0\.1:\d+ -> 127\.0\.0\.1:80 {2}5B up {2}9B down .* closed by the client/);
  expect(await lab.docker('diff', web)).toBe('');
  const [forwarder] = forwardersOf(forward.pid);
  expect(await forward.end('SIGINT')).toBe(130);
  expect(statusOf(forwarder!)).toBe('');
  expect(forward.stderr()).toBe('');
});

test('what carries the bytes has joined the network alone, and has no rights', async ({ lab }) => {
  const web = await lab.run('web');
  const forward = await startForward(lab, [web, '0:80']);
  const [forwarder, ...others] = forwardersOf(forward.pid);
  expect(others).toEqual([]);
  const namespaceOf = (pid: number | string, name: string) => readlinkSync(`/proc/${pid}/ns/${name}`);
  expect(namespaceOf(forwarder!, 'net')).toBe(namespaceOf(await lab.pid(web), 'net'));
  for (const name of ['mnt', 'pid', 'uts', 'ipc', 'user'])
    expect(namespaceOf(forwarder!, name), name).toBe(namespaceOf('self', name));
  const status = statusOf(forwarder!);
  expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
  expect(status).toMatch(/^Gid:\t65534\t65534\t65534\t65534$/m);
  expect(status).toMatch(/^Groups:\s*$/m);
  for (const set of ['CapPrm', 'CapEff', 'CapInh', 'CapAmb'])
    expect(status).toMatch(new RegExp(`^${set}:\t0{16}$`, 'm'));
});

test('500 MB each way arrive whole, however slowly they are read, and fill no memory', async ({ lab }) => {
  const web = await lab.run('web');
  // Both sides send the same blocks. The client reads nothing before it has sent all.
  const blocks = (what: string) => `const block = (i) => Buffer.alloc(1 << 20, 'block ' + i + ' ${what}')`;
  const server = await serviceIn(
    lab,
    web,
    `${blocks('server')}; const { createHash } = require('crypto');
     ${listening(`const h = createHash('sha256'); s.on('data', (d) => h.update(d)); s.on('end', () => console.log(h.digest('hex')));
       let i = 0; const more = () => { while (i < 500) if (!s.write(block(i++))) return s.once('drain', more); s.end() }; more()`)}`,
  );
  const forward = await startForward(lab, [web, '0:80']);
  const block = (side: string, index: number) => Buffer.alloc(1 << 20, `block ${index} ${side}`);
  const digest = (side: string) => {
    const hash = createHash('sha256');
    for (let index = 0; index < 500; index++) hash.update(block(side, index));
    return hash.digest('hex');
  };
  const socket = await client(forward.ports[0]!);
  for (let index = 0; index < 500; index++) {
    if (!socket.write(block('client', index))) await new Promise((drained) => void socket.once('drain', drained));
  }
  socket.end();
  const hash = createHash('sha256');
  for await (const piece of socket) hash.update(piece as Buffer);
  expect(hash.digest('hex')).toBe(digest('server'));
  await expect.poll(server.said).toContain(digest('client'));
  const peak = Number(/^VmHWM:\s*(\d+) kB/m.exec(statusOf(forwardersOf(forward.pid)[0]!))?.[1]);
  expect(peak).toBeLessThan(200_000);
});

test('1,000 short connections, and 200 at once', async ({ lab }) => {
  const web = await lab.run('web');
  await serviceIn(lab, web, ANSWER);
  const forward = await startForward(lab, ['-v', web, '0:80']);
  const to = forward.ports[0]!;
  const queue = Array.from({ length: 1000 }, (_, index) => index);
  const worker = async () => {
    for (let index = queue.pop(); index !== undefined; index = queue.pop())
      expect(await asked(to, `${index}`)).toBe(`got ${index}`);
  };
  await Promise.all(Array.from({ length: 10 }, worker));
  const open = await Promise.all(Array.from({ length: 200 }, () => client(to)));
  const answers = open.map(received);
  open.forEach((socket, index) => socket.end(`${index}`));
  expect(await Promise.all(answers)).toEqual(open.map((_, index) => `got ${index}`));
  await expect.poll(() => forward.stdout().match(/closed by the client/g)?.length).toBe(1200);
});

test('a half-closed connection stays open the other way, whichever side closes its half', async ({ lab }) => {
  const web = await lab.run('web');
  await serviceIn(
    lab,
    web,
    listening(`s.end('bye'); let t = ''; s.on('data', (d) => t += d).on('end', () => console.log('then ' + t))`),
  );
  const forward = await startForward(lab, ['-v', web, '0:80']);
  const socket = await client(forward.ports[0]!);
  let text = '';
  socket.on('data', (data) => (text += String(data)));
  await new Promise((ended) => void socket.once('end', ended));
  expect(text).toBe('bye');
  socket.end('more');
  await expect.poll(forward.stdout).toMatch(/4B up {2}3B down .* closed by the server/);
});

test('a reset of one side is a reset for the other', async ({ lab }) => {
  const web = await lab.run('web');
  const server = await serviceIn(
    lab,
    web,
    listening(`s.on('data', (d) => String(d) === 'reset me' ? s.resetAndDestroy() : console.log(String(d)))`),
  );
  const forward = await startForward(lab, ['-v', web, '0:80']);
  const first = await client(forward.ports[0]!);
  const answer = received(first);
  first.write('reset me');
  expect(await answer).toBe('ECONNRESET');
  await expect.poll(forward.stdout).toContain('reset by the server');
  const second = await client(forward.ports[0]!);
  second.write('hello');
  await expect.poll(server.said).toContain('hello');
  second.resetAndDestroy();
  await expect.poll(forward.stdout).toContain('reset by the client');
  await expect.poll(server.said).toContain('ECONNRESET');
});

test('a reset that comes together with data is one, too', async ({ lab }) => {
  const web = await lab.run('web');
  await serviceIn(lab, web, listening(''));
  const forward = await startForward(lab, ['-v', web, '0:80']);
  // libuv tells of an end where data and a reset have come since it looked last.
  const each = async () => {
    const socket = await client(forward.ports[0]!);
    socket.write('hello');
    socket.resetAndDestroy();
  };
  for (let time = 0; time < 50; time++) await each();
  await expect.poll(() => forward.stdout().match(/reset by the client/g)?.length).toBe(50);
});

test('nobody listens: the client is cut off, one line says so, and the forward stays', async ({ lab }) => {
  const web = await lab.run('web');
  await serviceIn(lab, web, ANSWER);
  const forward = await startForward(lab, [web, '0:81']);
  for (let time = 0; time < 3; time++) expect(await asked(forward.ports[0]!, 'x')).toBe('ECONNRESET');
  await expect
    .poll(forward.stderr)
    .toBe(`dbg: nobody listens on port 81 of ${web}, and the client was cut off; what listens in its network: 80\n`);
  await serviceIn(lab, web, ANSWER.replace('80,', '81,'));
  expect(await asked(forward.ports[0]!, 'x')).toBe('got x');
});

test('a service on ::1 alone, and one on the address of a network alone, are found', async ({ lab }) => {
  const web = await lab.run('web', { options: ['--sysctl', 'net.ipv6.conf.lo.disable_ipv6=0'] });
  const address = await lab.address(web);
  await serviceIn(lab, web, listening(`s.end('six')`, "80, '::1'"));
  await serviceIn(lab, web, listening(`s.end('eth0')`, `81, '${address}'`));
  const forward = await startForward(lab, [web, '0:80', '0:81'], 2);
  expect(await asked(forward.ports[0]!, '')).toBe('six');
  expect(await asked(forward.ports[1]!, '')).toBe('eth0');
  await expect.poll(forward.stderr).toContain('port 80 of ' + web + ' does not answer on 127.0.0.1, but on ::1');
  await expect.poll(forward.stderr).toContain('port 81 of ' + web + ' does not answer on 127.0.0.1, but on ' + address);
});

test('with --network none, and in the network of another container', async ({ lab }) => {
  const alone = await lab.run('alone', { options: ['--network', 'none'] });
  const other = await lab.run('other', { options: ['--network', `container:${alone}`] });
  await serviceIn(lab, alone, ANSWER);
  const forward = await startForward(lab, [other, '0:80']);
  expect(await asked(forward.ports[0]!, 'hello')).toBe('got hello');
});

test('it lives through a restart of the container: what is open ends, and what comes goes to the new one', async ({
  lab,
}) => {
  const web = await lab.run('web', ECHO);
  const forward = await startForward(lab, [web, '0:80']);
  await expect.poll(() => asked(forward.ports[0]!, 'up')).toBe('up');
  const socket = await client(forward.ports[0]!);
  const answer = received(socket);
  socket.write('before');
  await expect.poll(() => socket.bytesRead).toBe(6);
  await lab.docker('restart', '-t', '0', web);
  expect(await answer).toMatch(/^before(ECONNRESET)?$/);
  await expect.poll(forward.stderr).toContain(`dbg: ${web} runs again: new connections go to it`);
  expect(forward.stderr()).toMatch(/has ended, and \d connections? with it/);
  await expect.poll(() => asked(forward.ports[0]!, 'after')).toBe('after');
  await lab.docker('stop', '-t', '0', web);
  await expect.poll(() => forward.stderr().match(/has ended/g)?.length).toBe(2);
  expect(await asked(forward.ports[0]!, 'x')).toBe('ECONNRESET');
  await expect.poll(forward.stderr).toContain(`dbg: ${web} does not run: clients are cut off until it does`);
  await lab.docker('start', web);
  await expect.poll(() => forward.stderr().match(/runs again/g)?.length).toBe(2);
  await expect.poll(() => asked(forward.ports[0]!, 'again')).toBe('again');
});

test('a container that is removed ends it', async ({ lab }) => {
  const web = await lab.docker('run', '-d', '--name', lab.name('gone'), 'busybox', 'sleep', '3600');
  const forward = await startForward(lab, [web.slice(0, 12), '0:80']);
  await lab.docker('rm', '-f', web);
  await expect.poll(forward.stderr).toContain(`container "${lab.name('gone')}" was removed`);
  expect(await forward.end('SIGCONT')).toBe(125);
});

test.for(['SIGTERM', 'SIGKILL'] as const)('%s leaves nothing, with a connection open', async (signal, { lab }) => {
  const web = await lab.run('web', ECHO);
  const forward = await startForward(lab, [web, '0:80', `${lab.folder}/web.sock:80`], 2);
  await expect.poll(() => asked(`${lab.folder}/web.sock`, 'up')).toBe('up');
  const socket = await client(`${lab.folder}/web.sock`);
  const answer = received(socket);
  socket.write('x');
  await expect.poll(() => socket.bytesRead).toBe(1);
  const forwarders = forwardersOf(forward.pid);
  expect(forwarders).toHaveLength(1);
  await forward.end(signal);
  await answer;
  await expect.poll(() => forwarders.map(statusOf)).toEqual(['']);
  await expect.poll(() => readdirSync(lab.folder)).toEqual([]);
});
