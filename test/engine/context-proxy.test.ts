import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { findProgram } from '../own-engine/programs.ts';
import { authority } from './support/certificates.ts';
import { dbg } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

// A real nginx before the engine of the tests.

/** Starts nginx with these lines in its server block, and gives its port. */
async function nginx(lab: Lab, server: string, listen = ''): Promise<number> {
  const folder = join(lab.folder, 'nginx');
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const config = `user root; daemon off; pid ${folder}/pid; error_log stderr; worker_processes 1; events {}
    http { access_log off; ${temporary.join(' ')} server { listen 127.0.0.1:${port} ${listen}; ${server} } }`;
  writeFileSync(join(folder, 'nginx.conf'), config);
  const started = execa(findProgram('nginx')!, ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    reject: false,
    stdin: 'ignore',
  });
  lab.cleanUp(async () => {
    // Its workers end with the master (QUIT and TERM are passed on, KILL is not).
    started.kill('SIGTERM');
    await started;
  });
  let said = '';
  started.stderr.on('data', (piece) => (said += String(piece)));
  await expect.poll(() => isOpen(port), { message: said }).toBe(true);
  return port;
}

const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const ENGINE = 'proxy_pass http://unix:/var/run/docker.sock:/;';

describe('an engine behind nginx', () => {
  test('basic auth: in the address, or as a header', async ({ lab }) => {
    const web = await lab.run('web');
    const { stdout: hash } = await execa('openssl', ['passwd', '-apr1', 'p@ss']);
    writeFileSync(join(lab.folder, 'users'), `ann:${hash}\n`);
    const auth = `auth_basic engine; auth_basic_user_file ${join(lab.folder, 'users')};`;
    const port = await nginx(lab, `location / { ${auth} ${ENGINE} }`);
    const at = (user: string) => ['exec', '-H', `tcp://${user}127.0.0.1:${port}`, web, 'echo', 'in'];
    expect(await dbg(at('ann:p%40ss@'))).toMatchObject({ stdout: 'in', stderr: '', exitCode: 0 });

    for (const user of ['', 'ann:wrong@']) {
      const { stderr, exitCode } = await dbg(at(user));
      expect(exitCode).toBe(125);
      expect(stderr).toMatch(
        /^dbg: the proxy before the engine at tcp:\/\/127\.0\.0\.1:\d+ \(nginx\/[\d.]+\) wants a user and a password/,
      );
      expect(stderr).not.toMatch(/<|\\n|systemctl|wrong/);
    }
    // The step that the error names is one that works, for docker too.
    const header = `Authorization=Basic ${Buffer.from('ann:p@ss').toString('base64')}`;
    const env = { DOCKER_HOST: `tcp://127.0.0.1:${port}`, DOCKER_CUSTOM_HEADERS: header };
    expect((await execa('docker', ['ps', '-q'], { env, reject: false })).exitCode).toBe(0);
    expect((await dbg(['exec', web, 'echo', 'in'], { env })).stdout).toBe('in');

    // No output holds the password.
    const { stdout, stderr } = await dbg(['context', '--json', '-H', `tcp://ann:p%40ss@127.0.0.1:${port}`]);
    expect(JSON.parse(String(stdout))).toMatchObject({ engine: `tcp://127.0.0.1:${port}`, headers: ['Authorization'] });
    expect(`${String(stdout)}${String(stderr)}`).not.toMatch(/p@ss|p%40ss|Basic/);
  });

  test('HttpHeaders of config.json', async ({ lab }) => {
    const web = await lab.run('web');
    const port = await nginx(lab, `location / { if ($http_x_team != "blue") { return 403; } ${ENGINE} }`);
    const DOCKER_CONFIG = join(lab.folder, 'config');
    mkdirSync(DOCKER_CONFIG);
    const env = { DOCKER_HOST: `tcp://127.0.0.1:${port}`, DOCKER_CONFIG };
    const without = await dbg(['exec', web, 'echo', 'in'], { env });
    expect([without.exitCode, without.stderr]).toEqual([125, expect.stringContaining('does not allow this (403)')]);
    writeFileSync(join(DOCKER_CONFIG, 'config.json'), JSON.stringify({ HttpHeaders: { 'X-Team': 'blue' } }));
    expect(await dbg(['exec', web, 'echo', 'in'], { env })).toMatchObject({ stdout: 'in', stderr: '' });
  });

  test('a path before the API', async ({ lab }) => {
    const web = await lab.run('web');
    const port = await nginx(lab, `location /team/engine/ { ${ENGINE} }`);
    const address = `tcp://127.0.0.1:${port}/team/engine`;
    expect(await dbg(['exec', '-H', address, web, 'echo', 'in'])).toMatchObject({ stdout: 'in', stderr: '' });
    const without = await dbg(['exec', '-H', `tcp://127.0.0.1:${port}`, web, 'echo', 'in']);
    expect([without.exitCode, without.stderr]).toEqual([
      125,
      expect.stringContaining('is no engine, or the engine is behind another path: it answered with status 404'),
    ]);
    const snoop = await dbg(['api', 'snoop', '-H', address, '--', 'true']);
    expect([snoop.exitCode, snoop.stderr]).toEqual([
      125,
      expect.stringContaining('wants /team/engine before each path'),
    ]);
  });

  test.for<[string, string, string]>([
    ['401', 'return 401;', 'wants a user and a password'],
    ['407', 'return 407;', 'wants a user and a password'],
    ['403', 'return 403;', 'does not allow this (403)'],
    ['502', 'proxy_pass http://unix:/nowhere.sock:/;', 'does not get an answer from it (502)'],
    ['503', 'return 503;', 'does not get an answer from it (503)'],
    ['a redirect', 'return 302 /login;', 'answered with status 302'],
    [
      'a page',
      'default_type text/html; return 200 "<!DOCTYPE html><html><title>Log in</title></html>";',
      'it sent a page',
    ],
  ])('%s', async ([, rule, sentence], { lab }) => {
    const port = await nginx(lab, `location / { ${rule} }`);
    for (const line of [['exec', 'web', 'true'], ['context']]) {
      const { stderr, exitCode } = await dbg(line, { env: { DOCKER_HOST: `tcp://127.0.0.1:${port}` } });
      expect(exitCode).toBe(line[0] === 'context' ? 1 : 125);
      expect(stderr).toContain(sentence);
      expect(String(stderr).split('\n')).toHaveLength(2);
      expect(stderr).not.toMatch(/<|\\n|systemctl/);
    }
  });

  test('plain HTTP on its port for TLS', async ({ lab }) => {
    const ca = await authority(join(lab.folder, 'made'), 'ca');
    const { cert, key } = await ca.sign('proxy', 'IP:127.0.0.1');
    const port = await nginx(
      lab,
      `ssl_certificate ${cert}; ssl_certificate_key ${key}; location / { ${ENGINE} }`,
      'ssl',
    );
    const DOCKER_HOST = `tcp://127.0.0.1:${port}`;
    const plain = await dbg(['exec', 'web', 'true'], { env: { DOCKER_HOST } });
    expect([plain.exitCode, plain.stderr]).toEqual([125, expect.stringContaining('speaks TLS alone')]);
    const secure = await dbg(['context', '--tlsverify', '--tlscacert', ca.certificate, '-H', DOCKER_HOST]);
    expect([secure.exitCode, secure.stdout]).toEqual([0, expect.stringContaining(`TLS verified by ${ca.certificate}`)]);
  });
});
