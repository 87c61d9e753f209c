import { createCipheriv } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { startBrowser } from './support/browser.ts';
import { dbg, DBG } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

const api = (...args: readonly string[]) => dbg(['api', ...args]);
const sh = (script: string) => ['--', 'sh', '-c', script];
const eventsOf = (file: string) =>
  readFileSync(file, 'utf8')
    .split(/(?<=\n)/)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
/** What `openssl mac` says (docs/api-recordings.md). */
function gmac(bytes: Buffer): string {
  const cipher = createCipheriv('aes-128-gcm', Buffer.alloc(16), Buffer.alloc(12)).setAAD(bytes);
  cipher.final();
  return `gmac:${cipher.getAuthTag().toString('hex')}`;
}

interface Shown {
  readonly call: number;
  readonly operation: string;
  readonly status: number;
  readonly failure: string | null;
}

async function shownOf(file: string): Promise<Shown[]> {
  const { stdout, stderr, exitCode } = await api('show', '--json', file);
  expect([stderr, exitCode]).toEqual(['', 0]);
  return String(stdout)
    .split('\n')
    .map((line) => JSON.parse(line) as Shown);
}

/** A recording that goes on until it is ended. */
async function recording(lab: Lab, file: string, args: readonly string[] = []) {
  const path = join(lab.folder, 'docker.sock');
  const running = execa(process.execPath, [DBG, 'api', 'record', '--listen', `unix:${path}`, ...args, file], {
    reject: false,
    stdin: 'ignore',
  });
  lab.cleanUp(async () => {
    running.kill('SIGKILL');
    await running;
  });
  await expect.poll(() => existsSync(path)).toBe(true);
  const docker = (...words: readonly string[]) =>
    execa('docker', words, { reject: false, stdin: 'ignore', env: { DOCKER_HOST: `unix://${path}` } });
  return { running, docker };
}

describe('a session', () => {
  test('with a line that is wrong: what stands before it is shown, and HAR is whole', async ({ lab }) => {
    const file = join(lab.folder, 'r.ndjson');
    await api('record', '-q', file, ...sh('docker ps -q; docker ps -aq'));
    const calls = await shownOf(file);
    expect(calls.length).toBeGreaterThan(2);
    appendFileSync(file, 'garbage\n');
    const shown = await api('show', '--json', file);
    expect([shown.exitCode, shown.stderr]).toEqual([125, expect.stringContaining('is no event')]);
    expect(String(shown.stdout).split('\n')).toHaveLength(calls.length);
    const har = await api('show', '--har', file);
    expect(har.exitCode).toBe(125);
    expect(JSON.parse(String(har.stdout))).toMatchObject({ log: { entries: calls.map(() => ({})) } });
  });

  test('of a command: its output and exit code; the calls, as they are seen later', async ({ lab }) => {
    const web = await lab.run('web');
    const file = join(lab.folder, 'r.ndjson');
    const run = `docker run --rm --name ${lab.name('once')} busybox sh -c 'echo one; echo two >&2'`;
    const script = `docker ps -q >/dev/null; ${run}; docker exec -i ${web} sh -c 'cat; exit 3'; docker logs ${lab.name('none')}`;
    const ended = await dbg(['api', 'record', file, ...sh(script)], { input: 'typed\n', stdin: 'pipe' });
    expect([ended.stdout, ended.exitCode]).toEqual(['one\ntyped', 1]);
    expect(ended.stderr).toMatch(/^two$/m);
    expect(ended.stderr).toMatch(/^recorded \d+ calls, [\d.]+ kB, in .*r\.ndjson$/m);

    const calls = await shownOf(file);
    const statusOf = (name: string) => calls.filter(({ operation }) => operation === name).map(({ status }) => status);
    expect(statusOf('ContainerCreate')).toEqual([201]);
    expect(statusOf('ExecStart')).toEqual([101]);
    expect(statusOf('ContainerInspect')).toEqual(expect.arrayContaining([200, 404]));
    expect(calls.map(({ failure }) => failure).filter(Boolean)).toEqual([]);

    const { stdout: verbose } = await api('show', '-v', file);
    expect(verbose).toMatch(/^#\d+ stdout \| one$/m);
    expect(verbose).toMatch(/^#\d+ stderr \| two$/m);
    expect(verbose).toMatch(/^#\d+ stdin \| typed$/m);

    const failed = ['show', '--filter', 'status>=400', file];
    expect((await api(...failed)).stdout).toMatch(/^.* ContainerInspect .* 404 .*$/);
    expect((await api(...failed, '--har')).stdout).toMatch(/"status":404/);

    const { stdout: text } = await api('show', '--har', file);
    const { log } = JSON.parse(String(text)) as { log: { entries: { _operation: string; response: object }[] } };
    expect(log.entries.length).toBe(calls.length);
    expect(log.entries.find(({ _operation }) => _operation === 'ContainerAttach')?.response).toMatchObject({
      status: 101,
      content: { mimeType: 'text/plain', text: expect.stringMatching(/one\n/) },
    });
    const none = await api('curl', file, '999');
    expect([none.exitCode, none.stderr]).toEqual([
      125,
      expect.stringContaining(`has no call 999: it has 1 to ${Math.max(...calls.map(({ call }) => call))}`),
    ]);
  });

  test('as HAR: the browser’s developer tools open it', async ({ lab }) => {
    const [file, har] = ['r.ndjson', 'r.har'].map((name) => join(lab.folder, name)) as [string, string];
    await api('record', file, '--', 'docker', 'run', '--rm', 'busybox', 'sh', '-c', 'echo out; echo err >&2');
    writeFileSync(har, String((await api('show', '--har', file)).stdout));
    const browser = await startBrowser();
    lab.cleanUp(() => browser.close());
    const page = await browser.newPage();
    await page.goto('devtools://devtools/bundled/devtools_app.html?panel=network');
    await page.getByRole('tab', { name: 'Network' }).click();
    await page.locator('input[type=file]').setInputFiles(har);
    await page.getByText(/^attach\?/).click();
    await page.getByRole('tab', { name: 'Response' }).click();
    // What the container said on stdout and stderr, in lines.
    for (const line of ['out', 'err']) await page.getByText(line, { exact: true }).waitFor();
    await page.getByRole('tab', { name: 'Headers' }).click();
    await page.getByText('101 UPGRADED').waitFor();
  });

  test('a recording is never written over; a mistake leaves no file', async ({ lab }) => {
    const file = join(lab.folder, 'r.ndjson');
    expect((await api('record', file, '--', 'no-such-program')).exitCode).toBe(127);
    expect((await api('record', '--listen', 'tcp:0.0.0.0:1', file, '--', 'true')).exitCode).toBe(2);
    expect(existsSync(file)).toBe(false);
    expect((await api('record', file, '--reveal')).exitCode).toBe(2);
    expect((await api('record', '-', '--', 'true')).exitCode).toBe(2);
    expect((await api('record', join(lab.folder, 'no/r'), '--', 'true')).stderr).toContain('cannot be created');
    expect((await api('record', '-q', file, '--', 'true')).stderr).toBe('');
    const before = readFileSync(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(eventsOf(file)).toEqual([expect.objectContaining({ recording: 'dbg api', version: 1 })]);
    const again = await api('record', file, '--', 'docker', 'ps');
    expect([again.exitCode, again.stderr]).toEqual([125, expect.stringContaining('is never written over')]);
    const forgotten = await api('record', '--', 'touch', file);
    expect([forgotten.exitCode, forgotten.stderr]).toEqual([2, expect.stringContaining('FILE is missing')]);
    expect(existsSync('touch')).toBe(false);
    expect(readFileSync(file)).toEqual(before);
  });

  test('killed with -9 while a stream is open: what there was is in the file', async ({ lab }) => {
    const web = await lab.run('web', { command: ['sh', '-c', 'echo said; sleep 3600'] });
    const file = join(lab.folder, 'r.ndjson');
    const { running, docker } = await recording(lab, file);
    const logs = docker('logs', '-f', web);
    await expect.poll(() => readFileSync(file, 'latin1')).toContain('said\\n"');
    running.kill('SIGKILL');
    await Promise.all([running, logs]);
    const calls = await shownOf(file);
    expect(calls.at(-1)).toMatchObject({ operation: 'ContainerLogs', status: 200, failure: 'the recording ends here' });

    writeFileSync(file, readFileSync(file).subarray(0, -9));
    const torn = await api('show', file);
    expect([torn.exitCode, torn.stderr]).toEqual([0, expect.stringContaining('was not written to its end')]);
    expect(torn.stdout).toContain('ContainerLogs');
  });
});

test('a full disk: said once; the calls go on; 125; what was written is whole', async ({ lab }) => {
  const small = join(lab.folder, 'small');
  mkdirSync(small);
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', small]);
  lab.cleanUp(() => execa('umount', [small]));
  const file = join(small, 'r.ndjson');
  const script = 'for i in 1 2 3 4 5; do docker info -f "{{.OSType}}"; done';
  const { stdout, stderr, exitCode } = await api('record', file, ...sh(script));
  expect([stdout, exitCode]).toEqual([Array(5).fill('linux').join('\n'), 125]);
  expect(String(stderr).match(/no space left for/g)).toHaveLength(1);
  expect(eventsOf(file).length).toBeGreaterThan(10);
  expect((await shownOf(file)).map(({ operation }) => operation)).toContain('SystemInfo');
});

test('of a body over the cap: its beginning, and the digest of it all, both ways', async ({ lab }) => {
  const [file, image] = [join(lab.folder, 'r.ndjson'), join(lab.folder, 'image.tar')];
  const script = `docker save -o ${image} busybox && docker load -q -i ${image}`;
  const { exitCode, stderr } = await api('record', '--max-body', '64k', file, ...sh(script));
  expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/MB of long bodies left out/)]);
  const bytes = readFileSync(image);
  const omitted = eventsOf(file).filter(({ type }) => type === 'omitted');
  expect(omitted.map(({ from, digest, bytes: count }) => [from, digest, count])).toEqual([
    ['engine', gmac(bytes), bytes.length - 64_000],
    ['client', gmac(bytes), bytes.length - 64_000],
  ]);
});

test('a line for curl gets the same answer', async ({ lab }) => {
  const web = await lab.run('web');
  const [file, image, volume] = [join(lab.folder, 'r.ndjson'), join(lab.folder, 'image.tar'), lab.name('volume')];
  lab.cleanUp(() => lab.docker('volume', 'rm', '-f', volume));
  await lab.docker('save', '-o', image, 'busybox');
  const script = `docker volume create --label "it's=a \\"label\\"" ${volume}; docker load -i ${image}; docker exec ${web} echo hi`;
  expect((await api('record', '--max-body', '1GB', file, ...sh(script))).exitCode).toBe(0);
  const calls = await shownOf(file);
  const lineOf = async (operation: string) => {
    const { call } = calls.find((each) => each.operation === operation)!;
    return String((await api('curl', file, String(call))).stdout);
  };
  // Through stdin: the base64 of an image is more than an argument may hold.
  const run = async (line: string) => (await execa('sh', { input: line })).stdout;
  const answers = new Map(
    eventsOf(file).flatMap(({ type, from, call, text }) =>
      type === 'data' && from === 'engine' ? [[call, text]] : [],
    ),
  );
  const answered = (operation: string) => answers.get(calls.find((each) => each.operation === operation)!.call);

  expect(`${await run(await lineOf('VolumeCreate'))}\n`).toBe(answered('VolumeCreate'));
  expect(await run(await lineOf('ImageLoad'))).toContain('Loaded image: busybox');
  expect(await run(await lineOf('SystemPing'))).toMatch(/^HTTP\/1.1 200 OK/);
  const { Id: exec } = JSON.parse(await run(await lineOf('ContainerExec'))) as { Id: string };
  const start = (await lineOf('ExecStart')).replace(/exec\/[\da-f]+\/start/, `exec/${exec}/start`);
  expect(start).toContain('Upgrade: tcp');
  expect(await run(start)).toContain('hi');
});

test('secrets are not in the file; with --reveal they are, and are shown with --reveal alone', async ({ lab }) => {
  const [file, revealed] = [join(lab.folder, 'r.ndjson'), join(lab.folder, 'revealed.ndjson')];
  const command = ['--', 'docker', 'run', '--rm', '-e', 'DB_PASSWORD=hunter2-hunter2', 'busybox', 'true'];
  expect((await api('record', file, ...command)).exitCode).toBe(0);
  expect((await api('record', '--reveal', revealed, ...command)).exitCode).toBe(0);
  const has = (text: unknown) => String(text).includes('hunter2');
  expect([file, revealed].map((each) => has(readFileSync(each)))).toEqual([false, true]);
  expect(has((await api('show', '-v', revealed)).stdout)).toBe(false);
  expect(has((await api('show', '--har', revealed)).stdout)).toBe(false);
  expect(has((await api('show', '-v', '--reveal', revealed)).stdout)).toBe(true);

  const { call } = (await shownOf(file)).find(({ operation }) => operation === 'ContainerCreate')!;
  const curl = await api('curl', file, String(call));
  expect([curl.stdout, curl.stderr]).toEqual([
    expect.stringContaining('DB_PASSWORD=[redacted]'),
    expect.stringContaining('secrets were left out'),
  ]);
});
