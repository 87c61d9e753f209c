import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { sleep } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { relay, type Relay } from './support/wire.ts';

// Each work runs direct and through one long-living dbg: the same bytes on stdout and on stderr, the same exit code.
let through: Relay;
const web = 'api-wire-web';
beforeAll(async () => {
  through = await relay();
  // A run that was killed may have left it.
  await execa('docker', ['rm', '-f', web]);
  await execa('docker', ['run', '-d', '--init=false', '--name', web, 'busybox', 'sleep', '3600']);
});
afterAll(async () => {
  await through.end();
  await execa('docker', ['rm', '-f', web]);
});

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
}

/** One way to the engine: docker, its stdin closed or of these bytes; long output as its sum. */
interface Way {
  docker(args: readonly string[], input?: Buffer | Readable): Promise<Outcome>;
}

const way = (env: Record<string, string>, program = 'docker'): Way => ({
  docker: async (args, input) => {
    const stdin = input === undefined ? { stdin: 'ignore' as const } : Buffer.isBuffer(input) ? { input } : { input };
    const options = {
      reject: false,
      encoding: 'buffer',
      stripFinalNewline: false,
      env,
      timeout: 120_000,
      ...stdin,
    } as const;
    const { stdout, stderr, exitCode } = await execa(program, args, options);
    return { stdout: brief(Buffer.from(stdout)), stderr: brief(Buffer.from(stderr)), exitCode };
  },
});

const brief = (bytes: Buffer) =>
  bytes.length > 4096
    ? `${bytes.length} bytes, sha256 ${createHash('sha256').update(bytes).digest('hex')}`
    : bytes.toString('latin1');

const direct = way({});
const led = () => way(through.env);

const MEGABYTE = randomBytes(1_000_000);
const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** When the stdin of an attach ends, the engine ends the output too. */
const STAYS_OPEN = Array<string>(8).fill('');

/** Gives pieces with a pause before each. */
const slowly = (...pieces: readonly (string | Buffer)[]) =>
  Readable.from(
    (async function* () {
      for (const piece of pieces) {
        await sleep(300);
        yield Buffer.from(piece);
      }
    })(),
  );

type Work = [
  what: string,
  args: readonly string[],
  input?: (() => Buffer | Readable) | undefined,
  wanted?: Partial<Outcome>,
];

const exec = (script: string, ...options: readonly string[]) => ['exec', ...options, web, 'sh', '-c', script];
const run = (script: string, ...options: readonly string[]) => [
  'run',
  '--rm',
  ...options,
  'busybox',
  'sh',
  '-c',
  script,
];

describe('the same direct and through dbg', () => {
  test.concurrent.for<Work>([
    ['exec', exec('echo out; echo err >&2; exit 7'), undefined, { stdout: 'out\n', stderr: 'err\n', exitCode: 7 }],
    ['exec, delayed', exec('echo a; sleep 1; echo b; sleep 1; exit 3'), undefined, { stdout: 'a\nb\n', exitCode: 3 }],
    ['exec, nothing said for long', exec('sleep 2; echo done'), undefined, { stdout: 'done\n', exitCode: 0 }],
    ['exec, binary', exec('i=0; while [ $i -lt 40 ]; do cat /bin/busybox; i=$((i+1)); done')],
    ['exec, its output closed first', exec('exec >&- 2>&-; sleep 1; exit 4'), undefined, { stdout: '', exitCode: 4 }],
    ['exec -i', exec('cat; exit 5', '-i'), () => Buffer.from('hello\n'), { stdout: 'hello\n', exitCode: 5 }],
    ['exec -i, no byte', exec('cat; echo end', '-i'), () => Buffer.alloc(0), { stdout: 'end\n', exitCode: 0 }],
    [
      'exec -i, binary both ways',
      exec('cat', '-i'),
      () => MEGABYTE,
      { stdout: `1000000 bytes, sha256 ${sum(MEGABYTE)}` },
    ],
    ['exec -i, one byte of many read', exec('head -c 1 >/dev/null; exit 6', '-i'), () => MEGABYTE, { exitCode: 6 }],
    [
      'exec -i, stdin ends, output is late',
      exec('cat >/dev/null; sleep 1; echo late', '-i'),
      () => Buffer.from('x'),
      { stdout: 'late\n' },
    ],
    ['exec -i, stdin is slow', exec('cat', '-i'), () => slowly('a', 'b', MEGABYTE.subarray(0, 2000))],
    ['exec -t', exec('[ -t 0 ] && [ -t 1 ] && echo a tty; stty size; exit 8', '-t'), undefined, { exitCode: 8 }],
    ['exec, no such program', ['exec', web, 'no-such-program']],
    ['exec, no such container', ['exec', 'no-such-container', 'true'], undefined, { exitCode: 1 }],
    ['exec -d', ['exec', '-d', web, 'true'], undefined, { stdout: '', exitCode: 0 }],
    ['run --rm', run('echo out; echo err >&2; exit 9'), undefined, { stdout: 'out\n', stderr: 'err\n', exitCode: 9 }],
    ['run --rm -i < file', run('sha256sum', '-i'), () => MEGABYTE, { stdout: `${sum(MEGABYTE)}  -\n`, exitCode: 0 }],
    ['run --rm -i, echoed', run('cat', '-i'), () => MEGABYTE, { stdout: `1000000 bytes, sha256 ${sum(MEGABYTE)}` }],
    [
      'run --rm -i, late',
      run('cat; sleep 1; echo late; exit 2', '-i'),
      () => slowly('a\n', 'b\n'),
      { stdout: 'a\nb\nlate\n', exitCode: 2 },
    ],
    ['run --rm -t', run('tty; exit 3', '-t'), undefined, { exitCode: 3 }],
    ['run, no such program', ['run', '--rm', 'busybox', 'no-such-program'], undefined, { exitCode: 127 }],
    ['cp out', ['cp', `${web}:/bin/busybox`, '-']],
    ['cp out, a folder', ['cp', `${web}:/etc`, '-']],
    ['cp out, nothing there', ['cp', `${web}:/nowhere`, '-'], undefined, { exitCode: 1 }],
    ['export', ['export', web]],
    ['save', ['save', 'busybox']],
    ['save, no such image', ['save', 'no-such-image:1'], undefined, { exitCode: 1 }],
    ['ps', ['ps', '--no-trunc', '--filter', `name=${web}`, '--format', '{{.ID}} {{.Names}} {{.Image}}']],
    ['inspect', ['inspect', 'busybox']],
    ['a template that is none', ['ps', '--format', '{{'], undefined, { exitCode: 1 }],
  ])('%s', async ([, args, input, wanted = {}]) => {
    const [first, second] = await Promise.all([direct, led()].map((to) => to.docker(args, input?.())));
    expect(second).toEqual(first);
    expect(second).toMatchObject(wanted);
  });

  const both = async (work: (way: Way, name: string) => Promise<unknown>) => {
    const [first, second] = await Promise.all([work(direct, 'direct'), work(led(), 'led')]);
    expect(second).toEqual(first);
    return second as Outcome;
  };

  test('logs -f: to the end, out and err told apart', async ({ lab }) => {
    const { stdout, stderr } = await both(async (to, name) => {
      const command = ['sh', '-c', 'i=0; while [ $i -lt 5 ]; do echo o$i; echo e$i >&2; i=$((i+1)); sleep 0.2; done'];
      return to.docker(['logs', '-f', await lab.run(name, { command })]);
    });
    expect([stdout, stderr]).toEqual(['o0\no1\no2\no3\no4\n', 'e0\ne1\ne2\ne3\ne4\n']);
    await both((to) => to.docker(['logs', '-t', '--tail', '2', lab.name('direct')]));
  });

  test('attach: what is typed, what is said, the exit code', async ({ lab }) => {
    const { stdout, exitCode } = await both(async (to, name) => {
      const command = ['sh', '-c', 'read line; echo got $line; sleep 0.5; echo bye >&2; exit 5'];
      const container = await lab.run(name, { options: ['-i'], command });
      return to.docker(['attach', container], slowly('hello\n', ...STAYS_OPEN));
    });
    expect([stdout, exitCode]).toEqual(['got hello\n', 5]);
    await both(async (to, name) => {
      const command = ['sh', '-c', 'sleep 1; echo a; exit 6'];
      return to.docker(['attach', '--no-stdin', await lab.run(`out-${name}`, { command })]);
    });
  });

  test('events: of the past, and while they happen', async ({ lab }) => {
    const filters = ['--filter', `container=${web}`];
    const until = (seconds: number) => String(Math.ceil(Date.now() / 1000) + seconds);
    const end = until(4);
    // docker does not say when it listens: what has happened by then is told as well.
    const since = ['--since', String(Math.floor(Date.now() / 1000))];
    const live = [direct, led()].map((to) =>
      to.docker(['events', ...filters, ...since, '--until', end, '--format', '{{json .}}']),
    );
    for (let time = 0; time < 5; time++) await lab.docker('exec', web, 'true');
    const [first, second] = await Promise.all(live);
    expect(second).toEqual(first);
    expect(second).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d{4,} bytes/) });
    const past = ['events', ...filters, ...since, '--until', end];
    await both((to) => to.docker(past));
  });

  test('cp into: a file, and a tar from stdin', async ({ lab }) => {
    const file = join(lab.folder, 'file');
    writeFileSync(file, MEGABYTE);
    const { stdout: tar } = await execa('tar', ['-c', '-C', lab.folder, 'file'], { encoding: 'buffer' });
    await both(async (to, name) => [
      await to.docker(['cp', '-q', file, `${web}:/tmp/${name}`]),
      await direct.docker(['exec', web, 'sh', '-c', `mkdir /tmp/d-${name}`]),
      await to.docker(['cp', '-', `${web}:/tmp/d-${name}`], Buffer.from(tar)),
      await direct.docker(['exec', web, 'sh', '-c', `cat /tmp/${name} /tmp/d-${name}/file | sha256sum`]),
    ]);
    const { stdout } = await direct.docker(['exec', web, 'sha256sum', '/tmp/led']);
    expect(stdout).toBe(`${sum(MEGABYTE)}  /tmp/led\n`);
    await both((to) => to.docker(['cp', '-', `${web}:/nowhere`], Buffer.from(tar)));
  });

  test('20 execs at once, each its own bytes', async () => {
    const all = Array.from({ length: 20 }, (_, at) => randomBytes(20_000 + at));
    const outcomes = await Promise.all(
      all.map((bytes) => led().docker(['exec', '-i', web, 'sh', '-c', 'cat; exit 3'], bytes)),
    );
    expect(outcomes).toEqual(
      all.map((bytes) => ({ stdout: `${bytes.length} bytes, sha256 ${sum(bytes)}`, stderr: '', exitCode: 3 })),
    );
  });
});

/** A folder to build, and the output without what differs from run to run: ids and times. */
function context(lab: Lab): string {
  const folder = join(lab.folder, 'context');
  mkdirSync(folder);
  writeFileSync(join(folder, 'Dockerfile'), 'FROM busybox\nCOPY large /large\nRUN sha256sum /large\n');
  writeFileSync(join(folder, 'broken'), 'FROM busybox\nRUN echo before; exit 17\n');
  writeFileSync(join(folder, 'large'), MEGABYTE);
  return folder;
}

/** What is said, without what differs from run to run. */
const settled = (text: string) => text.replace(/\b[\da-f]{12,64}\b/g, 'ID');

test('build, classic', async ({ lab }) => {
  const folder = context(lab);
  const image = lab.name('image');
  lab.cleanUp(() => execa('docker', ['rmi', '-f', image], { reject: false }));
  // Without --force-rm, a build that fails leaves its container.
  const options = ['--no-cache', '--force-rm'];
  const outcomes = [];
  for (const env of [{}, through.env]) {
    const to = way({ ...env, DOCKER_BUILDKIT: '0' });
    const built = await to.docker(['build', ...options, '-t', image, folder]);
    const broken = await to.docker(['build', ...options, '-f', join(folder, 'broken'), folder]);
    expect(built.stdout).toContain(sum(MEGABYTE));
    expect([built.exitCode, broken.exitCode]).toEqual([0, 17]);
    await direct.docker(['rmi', image]);
    outcomes.push([built.stdout, built.stderr, broken.stdout, broken.stderr].map(settled));
  }
  expect(outcomes[1]).toEqual(outcomes[0]);
});

/** A docker that builds with BuildKit: with buildx, or from before it was needed (23.0). */
async function buildkitClient(): Promise<string | undefined> {
  if ((await execa('docker', ['buildx', 'version'], { reject: false })).exitCode === 0) return 'docker';
  for (const program of ['docker', '/usr/bin/docker']) {
    const { stdout } = await execa(program, ['--version'], { reject: false });
    if (Number(/version (\d+)/.exec(stdout)?.[1] ?? 99) < 23) return program;
  }
  return undefined;
}

test('build, BuildKit: context, secret, output, over HTTP/2 inside the connection', async ({ lab, skip }) => {
  const program = await buildkitClient();
  skip(program === undefined, 'no docker here builds with BuildKit: it is newer than 23.0, without buildx');
  const folder = context(lab);
  writeFileSync(
    join(folder, 'Dockerfile'),
    'FROM busybox\nCOPY large /large\nRUN --mount=type=secret,id=s sha256sum /large /run/secrets/s\n',
  );
  writeFileSync(join(lab.folder, 'secret'), 'hush');
  const image = lab.name('image');
  lab.cleanUp(() => execa('docker', ['rmi', '-f', image], { reject: false }));
  const outcomes = [];
  for (const env of [{}, through.env]) {
    const to = way({ ...env, DOCKER_BUILDKIT: '1' }, program);
    const options = ['--no-cache', '--progress=plain'];
    const secret = ['--secret', `id=s,src=${join(lab.folder, 'secret')}`];
    const built = await to.docker(['build', ...options, ...secret, '-t', image, folder]);
    const broken = await to.docker(['build', ...options, '-f', join(folder, 'broken'), folder]);
    const ran = await direct.docker(['run', '--rm', image, 'sha256sum', '/large']);
    expect([built.exitCode, broken.exitCode, ran.stdout]).toEqual([0, 1, `${sum(MEGABYTE)}  /large\n`]);
    await direct.docker(['rmi', image]);
    // Steps come in any order, with their times.
    const said = `${built.stderr}${broken.stderr}`
      .split('\n')
      .flatMap((line) => /\[\d\/\d\].*| \w{64}  \/.*/.exec(line)?.[0] ?? []);
    expect(said).toContain(` ${sum(Buffer.from('hush'))}  /run/secrets/s`);
    outcomes.push([...new Set(said)].toSorted());
  }
  expect(outcomes[1]).toEqual(outcomes[0]);
});
