import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { expect } from 'vitest';
import { openWindow, startBrowser } from './support/browser.ts';
import { fields } from './support/capture.ts';
import { dbg, DBG, says, PATIENT } from './support/dbg.ts';
import { type Lab, test } from './support/lab.ts';
import { person } from './support/person.ts';

/** Makes a bundle, unpacks it, and gives its folder. */
async function bundled(lab: Lab, name: string, ...args: readonly string[]) {
  const file = join(lab.folder, `${name}.tar.gz`);
  const { stdout, stderr, exitCode } = await dbg(['bundle', name, '-o', file, ...args]);
  expect(exitCode, String(stderr)).toBe(0);
  expect(stdout).toBe(file);
  await execa('tar', ['-xzf', file, '-C', lab.folder]);
  const folder = readdirSync(lab.folder).find((each) => each.startsWith(`dbg-${name.slice(0, 40)}-`))!;
  const read = (part: string) => readFileSync(join(lab.folder, folder, part), 'utf8');
  return { file, folder: join(lab.folder, folder), read, said: String(stderr) };
}

const SAYS = ['sh', '-c', 'echo it begins with $DB_PASSWORD; echo "<img src=x onerror=alert(1)>"; exec sleep 3600'];

test('all that is seen of a container, without its secrets, in a file of its own', async ({ lab }) => {
  const web = await lab.run('web', { command: SAYS, options: ['-e', 'DB_PASSWORD=hunter22', '-e', 'MODE=late'] });
  await expect.poll(() => lab.docker('logs', web)).toContain('onerror');
  const { file, folder, read, said } = await bundled(lab, web);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).toSorted()).toEqual([
    'events.json',
    'evidence.json',
    'index.html',
    'logs.txt',
    'why.json',
  ]);
  expect(said).not.toContain('not in it');
  expect(read('logs.txt')).toContain('it begins with [redacted]\n');
  expect(JSON.parse(read('why.json'))).toMatchObject({ container: web, broken: false });
  expect((JSON.parse(read('events.json')) as { action: string }[]).map(({ action }) => action)).toContain('start');
  const { sections } = JSON.parse(read('evidence.json'));
  expect(sections.environment.value).toContainEqual({ name: 'MODE', value: 'late' });
  expect(sections.listening.known).toBe(true);
  for (const each of readdirSync(folder)) expect(read(each)).not.toContain('hunter22');
});

test('the page shows it in a browser, with no script and no request', async ({ lab }) => {
  const web = await lab.run('web', { command: SAYS });
  await expect.poll(() => lab.docker('logs', web)).toContain('onerror');
  const { folder } = await bundled(lab, web);
  const browser = await startBrowser();
  lab.cleanUp(() => browser.close());
  const { page, requests, faults } = await openWindow(browser);
  await page.goto(`file://${folder}/index.html`);
  expect(await page.textContent('h1')).toBe(web);
  expect(await page.textContent('pre')).toContain('<img src=x onerror=alert(1)>');
  await page.click('summary >> text=listening sockets');
  expect(requests.filter((each) => !each.endsWith('/index.html'))).toEqual([]);
  expect(faults).toEqual([]);
});

test('with packets, if they are wanted, and no label that is a secret', async ({ lab }) => {
  const web = await lab.run('web', {
    command: ['sh', '-c', 'while :; do ping -c 1 -W 1 127.0.0.1; sleep 0.2; done'],
    options: ['--label', 'api.token=opensesame1'],
  });
  const { folder } = await bundled(lab, web, '--capture', '2s');
  const seen = await fields(join(folder, 'capture.pcapng'), ['icmp.type'], 'icmp');
  expect(seen.length).toBeGreaterThan(1);
  for (const each of readdirSync(folder))
    expect(readFileSync(join(folder, each), 'latin1')).not.toContain('opensesame1');
});

test('one that does not run: what can be had, and what cannot', async ({ lab }) => {
  const web = await lab.run('web', { command: ['sh', '-c', 'echo last words; exit 3'] });
  await expect.poll(() => lab.docker('inspect', '-f', '{{.State.Status}}', web)).toBe('exited');
  const { read, said } = await bundled(lab, web, '--capture', '1s');
  expect(said).toMatch(/^dbg: not in it: .*listening sockets.*capture.*\(container ".*" is not running/m);
  expect(read('logs.txt')).toBe('last words\n');
  expect(read('index.html')).toContain('What could not be had');
});

test('two bundles are compared without root and without an engine, and a bundle with a container', async ({ lab }) => {
  const options = ['-e', 'DB_PASSWORD=hunter22'];
  const good = await lab.run('good', { options: [...options, '-e', 'MODE=a'] });
  const bad = await lab.run('bad', { options: [...options, '-e', 'MODE=b'] });
  const files = [(await bundled(lab, good)).file, (await bundled(lab, bad)).file];
  const both = await dbg(['diff', ...files, '--json'], { env: { DOCKER_HOST: 'unix:///nonexistent' } });
  expect(both.exitCode).toBe(1);
  const { differences, not_told_apart: untold } = JSON.parse(String(both.stdout));
  expect(differences).toEqual([{ section: 'environment', name: 'MODE', a: 'a', b: 'b', hidden: false }]);
  expect(untold).toEqual([{ section: 'environment', name: 'DB_PASSWORD' }]);
  const same = await dbg(['diff', files[0]!, good]);
  expect(same.exitCode, String(same.stdout)).toBe(0);
});

test('what somebody sent that is no bundle is refused in one sentence', async ({ lab }) => {
  const web = await lab.run('web');
  const [bomb, link] = [join(lab.folder, 'bomb.tar.gz'), join(lab.folder, 'link.tar.gz')];
  // 400 MB of zeros, as members behind each other: gzip(1) takes them for one text.
  const member = gzipSync(Buffer.alloc(4 * 2 ** 20));
  writeFileSync(bomb, Buffer.concat(Array.from({ length: 100 }, () => member)));
  await execa('sh', [
    '-c',
    `cd "$1" && ln -s /etc/passwd evidence.json && tar -czf "$2" evidence.json`,
    'sh',
    lab.folder,
    link,
  ]);
  for (const file of [bomb, link, '/dev/zero.tar.gz']) {
    const { exitCode, stderr, stdout } = await dbg(['diff', file, web]);
    expect(exitCode, file).toBe(125);
    expect(stderr).toMatch(/is no bundle of dbg's|cannot be read/);
    expect(stdout).toBe('');
  }
});

test('a file is never written over, and what is interrupted leaves nothing', async ({ lab }) => {
  const web = await lab.run('web');
  const file = join(lab.folder, 'a.tar.gz');
  writeFileSync(file, 'mine');
  const refused = await dbg(['bundle', web, '-o', file]);
  expect(refused.exitCode).toBe(125);
  expect(readFileSync(file, 'utf8')).toBe('mine');
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const running = execa(
      process.execPath,
      [DBG, 'bundle', web, '-o', join(lab.folder, 'b.tar.gz'), '--capture', '1m'],
      PATIENT,
    );
    await says(running, 'capturing');
    running.kill(signal);
    expect((await running).exitCode).toBe(exitCode);
    expect(readdirSync(lab.folder)).toEqual(['a.tar.gz']);
  }
  const killed = execa(process.execPath, [DBG, 'bundle', web, '-o', join(lab.folder, 'c.tar.gz'), '--capture', '1m'], {
    reject: false,
  });
  await says(killed, 'capturing');
  killed.kill('SIGKILL');
  await killed;
  expect(readdirSync(lab.folder).filter((each) => !each.startsWith('.'))).toEqual(['a.tar.gz']);
  expect(readdirSync(lab.folder)).toHaveLength(2);
  const { exitCode } = await dbg(['bundle', web, '-o', join(lab.folder, 'd.tar.gz')]);
  expect(exitCode).toBe(0);
  expect(readdirSync(lab.folder).toSorted()).toEqual(['a.tar.gz', 'd.tar.gz']);
});

test('on a full disk nothing is left', async ({ lab }) => {
  const web = await lab.run('web');
  const disk = join(lab.folder, 'disk');
  mkdirSync(disk);
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', disk]);
  lab.cleanUp(() => execa('umount', [disk]));
  const { exitCode, stderr } = await dbg(['bundle', web, '-o', join(disk, 'a.tar.gz')]);
  expect(exitCode).toBe(125);
  expect(stderr).toContain('no space left for');
  expect(readdirSync(disk)).toEqual([]);
});

test('through sudo, the file is the person’s, in the person’s folder', async ({ lab }) => {
  const web = await lab.run('web');
  const ann = await person(lab, { mayUseSudo: true });
  const [file, ...args] = ann.dbg('bundle', web, '-o', join(ann.home, 'a.tar.gz'));
  const { exitCode, stderr } = await execa(file!, args, { reject: false, stdin: 'ignore' });
  expect(exitCode, stderr).toBe(0);
  expect(statSync(join(ann.home, 'a.tar.gz'))).toMatchObject({ uid: ann.uid, mode: 0o100_600 });
  const compare = async (bundle: string) => {
    const [program, ...words] = ann.dbg('diff', bundle, web);
    return execa(program!, words, { reject: false, stdin: 'ignore' });
  };
  expect((await compare(join(ann.home, 'a.tar.gz'))).exitCode).toBe(0);
  const roots = join(lab.folder, 'roots');
  mkdirSync(roots);
  chmodSync(roots, 0o700);
  const [other, ...more] = ann.dbg('bundle', web, '-o', join(roots, 'a.tar.gz'));
  const refused = await execa(other!, more, { reject: false, stdin: 'ignore' });
  expect(refused.exitCode).toBe(125);
  expect(readdirSync(roots)).toEqual([]);
  copyFileSync(join(ann.home, 'a.tar.gz'), join(roots, 'b.tar.gz'));
  const unread = await compare(join(roots, 'b.tar.gz'));
  expect(unread.exitCode).toBe(125);
  expect(unread.stderr).toMatch(/b\.tar\.gz cannot be read: .*permission denied/);
});
