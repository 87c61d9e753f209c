import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { lstatSync, readdirSync } from 'node:fs';
import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg } from './support/dbg.ts';
import { asked, client, listening, received, serviceIn, startForward } from './support/forward.ts';
import { test } from './support/lab.ts';
import { person } from './support/person.ts';

const ANSWER = listening(`let t = ''; s.on('data', (d) => t += d); s.on('end', () => s.end('got ' + t))`);

/** A UDP server of Node that answers, on an address and port. */
const udpAnswer = (address: string, port: number) =>
  `const u = require('dgram').createSocket('udp4'); u.on('message', (d, r) => u.send('got ' + d, r.port, r.address)).bind(${port}, '${address}', () => console.log('up'))`;

/** Sends a datagram until one comes back: UDP may lose either. */
async function askedByUdp(port: number, text: string): Promise<string> {
  const socket = createSocket('udp4');
  let answer = '';
  socket.on('message', (data) => (answer = String(data))).on('error', () => undefined);
  await expect.poll(() => (socket.send(text, port, '127.0.0.1'), answer), { interval: 100 }).not.toBe('');
  socket.close();
  return answer;
}

test('UDP: each client gets its own answers, also after a restart', async ({ lab }) => {
  const web = await lab.run('web');
  await serviceIn(lab, web, udpAnswer('127.0.0.1', 53));
  const forward = await startForward(lab, ['-v', web, '0:53/udp']);
  const to = forward.ports[0]!;
  expect(await Promise.all(['one', 'two', 'three'].map((text) => askedByUdp(to, text)))).toEqual([
    'got one',
    'got two',
    'got three',
  ]);
  await lab.docker('restart', '-t', '0', web);
  await expect.poll(forward.stderr).toContain('runs again');
  await serviceIn(lab, web, udpAnswer(await lab.address(web), 53));
  expect(await askedByUdp(to, 'again')).toBe('got again');
  await expect.poll(forward.stderr).toContain(`port 53/udp of ${web} does not answer on 127.0.0.1, but on`);
  await expect.poll(forward.stdout).toMatch(/127\.0\.0\.1:\d+ -> 127\.0\.0\.1:53 {2}3B up {2}7B down/);
});

test('a unix socket in the container, by a link that is absolute in there', async ({ lab }) => {
  const web = await lab.run('web');
  await lab.docker('exec', web, 'sh', '-c', 'mkdir -p /srv/run; ln -s /srv/run /var/link');
  // The socket is made by the host's Node below the container's root, as a program in there would.
  const root = `/proc/${await lab.pid(web)}/root`;
  // It speaks first, as MySQL does.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.write('I am s; ');
    socket.on('data', (data) => socket.end(`got ${String(data)}`));
  });
  await new Promise<void>((up) => void server.listen(`${root}/srv/run/s`, up));
  lab.cleanUp(async () => server.close());
  const forward = await startForward(lab, ['-v', web, '0:/var/link/s', `${lab.folder}/s:/var/link/s`], 2);
  const answers = Array.from({ length: 50 }, () => asked(forward.ports[0]!, 'hello'));
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['I am s; got hello']));
  expect(await asked(`${lab.folder}/s`, 'hello')).toBe('I am s; got hello');
  expect(lstatSync(`${lab.folder}/s`).mode & 0o777).toBe(0o600);
  await expect.poll(forward.stdout).toMatch(/-> its socket {2}5B up {2}17B down/);
});

test('a link in the container leads to no socket of this host', async ({ lab }) => {
  const server = createServer((socket) => socket.end('the host'));
  await new Promise<void>((up) => void server.listen(`${lab.folder}/secret`, up));
  lab.cleanUp(async () => server.close());
  const web = await lab.run('web');
  await lab.docker('exec', web, 'ln', '-s', `${lab.folder}/secret`, '/s');
  const forward = await startForward(lab, [web, '0:/s']);
  expect(await asked(`${lab.folder}/secret`, '')).toBe('the host');
  expect(await asked(forward.ports[0]!, '')).toBe('ECONNRESET');
  await expect.poll(forward.stderr).toContain('/s: there is no such file in the container');
});

test('--reverse: the container reaches a port of this host, by TCP and UDP', async ({ lab }) => {
  const web = await lab.run('web', { options: ['--network', 'none'] });
  const server = createServer({ allowHalfOpen: true }, (socket) =>
    socket.on('data', (data) => socket.end(`host got ${String(data)}`)),
  );
  const port = await new Promise<number>((up) => {
    server.listen(0, '127.0.0.1', () => up((server.address() as { port: number }).port));
  });
  lab.cleanUp(async () => server.close());
  const udp = createSocket('udp4');
  udp.on('message', (data, { port: from, address }) => udp.send(`host got ${String(data)}`, from, address));
  await new Promise<void>((up) => void udp.bind(port, '127.0.0.1', up));
  lab.cleanUp(async () => udp.close());
  const forward = await startForward(lab, ['-v', '--reverse', web, `80:${port}`, `53:${port}/udp`], 2);
  expect(forward.stdout()).toContain(`${web} 127.0.0.1:80 -> port ${port} of this host\n`);
  const inside = async () =>
    (await dbg(['exec', web, 'bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/80; printf hi >&3; cat <&3'])).stdout;
  expect(await inside()).toBe('host got hi');
  await expect.poll(forward.stdout).toMatch(/2B up {2}11B down .* closed by the server/);
  const many = `let n = 50; for (let i = 0; i < 50; i++) { let t = ''; const s = require('net').connect(80, '127.0.0.1', () => s.write('x')); s.on('data', (d) => t += d).on('close', () => (t === 'host got x' || console.log(t), --n || console.log('all'))) }`;
  expect((await dbg(['exec', web, process.execPath, '-e', many])).stdout).toBe('all');
  const ask = `const u = require('dgram').createSocket('udp4'); u.on('message', (d) => { console.log(String(d)); process.exit() }); setInterval(() => u.send('hi', 53, '127.0.0.1'), 100)`;
  expect((await dbg(['exec', web, process.execPath, '-e', ask])).stdout).toBe('host got hi');
  await lab.docker('restart', '-t', '0', web);
  await expect.poll(forward.stderr).toContain('runs again');
  expect(await inside()).toBe('host got hi');
});

test('a command gets the ports, and its end and exit code are those of the forward', async ({ lab }) => {
  const web = await lab.run('web');
  await serviceIn(lab, web, ANSWER);
  const script =
    'exec 3<>/dev/tcp/$DBG_HOST/$DBG_PORT_80 && [ $DBG_PORT = $DBG_PORT_80 ] && [ $DBG_PORT != $DBG_PORT_81 ] || exit 1; printf hi >&3; exit 7';
  const { exitCode, stdout, stderr } = await dbg(['forward', web, '0:80', '0:81', '--', 'bash', '-c', script]);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 7, stdout: '', stderr: '' });
});

test('-vv shows HTTP both ways, without its secrets; --reveal with them; --json the same as objects', async ({
  lab,
}) => {
  const web = await lab.run('web');
  const body = JSON.stringify({ token: 'abcdefgh12345678', name: 'ann' });
  await serviceIn(
    lab,
    web,
    `require('http').createServer((q, r) => { r.setHeader('content-type', 'application/json'); r.end(${JSON.stringify(body)}) }).listen(80, '127.0.0.1', () => console.log('up'))`,
  );
  const request =
    'GET /v1/users?name=x HTTP/1.1\r\nHost: web\r\nAuthorization: Bearer s3cr3t-s3cr3t\r\nConnection: close\r\n\r\n';
  const run = async (...options: readonly string[]) => {
    const forward = await startForward(lab, ['-vv', ...options, web, '0:80']);
    expect(await asked(forward.ports[0]!, request)).toContain('200 OK');
    await expect.poll(forward.stdout).toMatch(/closed by the|"ended"/);
    await forward.end();
    return forward.stdout();
  };
  const shown = await run();
  expect(shown).toContain(
    '#1 > GET /v1/users?name=x HTTP/1.1\n#1 > Host: web\n#1 > Authorization: Bearer [redacted]\n',
  );
  expect(shown).toContain('#1 < HTTP/1.1 200 OK\n');
  expect(shown).toContain('"ann"');
  expect(shown).not.toMatch(/s3cr3t|abcdefgh/);
  const revealed = await run('--reveal');
  expect(revealed).toContain('Authorization: Bearer s3cr3t-s3cr3t');
  expect(revealed).toContain('abcdefgh12345678');
  const events = (await run('--json'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(events.map(({ event }) => event).filter((event, index, all) => all[index - 1] !== event)).toEqual([
    'listening',
    'opened',
    'flow',
    'ended',
  ]);
  expect(events.at(-1)).toMatchObject({
    event: 'ended',
    connection: 1,
    leadsTo: 80,
    to: '127.0.0.1:80',
    sent: request.length,
    how: 'closed',
  });
});

test('-vv shows other text by its lines, and of other bytes how many there are', async ({ lab }) => {
  const web = await lab.run('web');
  await serviceIn(
    lab,
    web,
    listening(`s.write('220 ready\\u001b[2J\\n'); s.on('data', () => s.end(Buffer.from([0, 1, 2, 3])))`),
  );
  const forward = await startForward(lab, ['-vv', web, '0:80']);
  const socket = await client(forward.ports[0]!);
  const answer = received(socket);
  await expect.poll(forward.stdout).toContain('#1 < 220 ready\\e[2J\n');
  socket.write('HELO me\r\n');
  expect(await answer).toContain('220 ready');
  await expect.poll(forward.stdout).toContain('#1 > HELO me\n');
  await expect.poll(forward.stdout).toContain('#1 < (no text, 4B)\n');
});

test('what cannot be forwarded is said, with the next step', async ({ lab }) => {
  const web = await lab.run('web');
  const taken = createServer();
  const port = await new Promise<number>((up) => {
    taken.listen(0, '127.0.0.1', () => up((taken.address() as { port: number }).port));
  });
  lab.cleanUp(async () => taken.close());
  const said = async (...args: readonly string[]) => {
    const { exitCode, stderr } = await dbg(['forward', ...args]);
    return `${exitCode} ${stderr as string}`;
  };
  const taking = await said(web, String(port));
  expect(taking).toContain(`125 dbg: somebody listens on 127.0.0.1:${port} already`);
  expect(taking).toContain(`dbg forward ${web} 0:${port}`);
  await serviceIn(lab, web, ANSWER);
  expect(await said('--reverse', web, '80:1')).toContain(
    `125 dbg: somebody in "${web}" listens on 127.0.0.1:80 already`,
  );
  expect(await said('--reverse', web, '192.0.2.9:81:1')).toContain('dbg cannot listen on 192.0.2.9:81');
  expect(await said(web)).toContain('2 dbg: which port?');
  await lab.docker('pause', web);
  expect(await said(web, '0:80')).toContain(`docker unpause ${web}`);
  await lab.docker('unpause', web);
  await lab.docker('stop', '-t', '0', web);
  expect(await said(web, '0:80')).toContain(`docker start ${web}`);
});

test('a container in the network of the host, and one that a process of it names', async ({ lab }) => {
  const web = await lab.run('web', { options: ['--network', 'host'] });
  await serviceIn(lab, web, ANSWER.replace('80,', '8043,'));
  const forward = await startForward(lab, ['--pid', String(await lab.pid(web)), '0:8043']);
  expect(await asked(forward.ports[0]!, 'hello')).toBe('got hello');
  expect(forward.stderr()).toContain("is in the host's network: its port 8043 is port 8043 of this host already");
});

test('through sudo, the command is the person, with their environment, and so is the owner of the socket', async ({
  lab,
}) => {
  const ann = await person(lab, { mayUseSudo: true });
  const web = await lab.run('web');
  await serviceIn(lab, web, ANSWER);
  const script = `id -u; grep CapEff /proc/self/status; echo $MINE $HOME; stat -c '%u %a' s; exec 3<>/dev/tcp/$DBG_HOST/$DBG_PORT && echo up >&3; exit 5`;
  const [file, ...args] = ann.dbg('forward', web, '0:80', './s:80', '--', 'bash', '-c', script);
  const { exitCode, stdout } = await execa(file!, args, { reject: false, stdin: 'ignore', env: { MINE: 'here' } });
  expect(stdout.split('\n')).toEqual(['4242', 'CapEff:\t0000000000000000', `here ${ann.home}`, '4242 600']);
  expect(exitCode).toBe(5);
  expect(readdirSync(ann.home)).toEqual([]);
});
