import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { dbg, DBG } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

const NO_ENGINE = { DOCKER_HOST: 'unix:///nowhere/at/all' };

/** What a script prints, and its exit code, recorded at the engine, and then played from that recording, with no engine there. */
async function both(lab: Lab, script: string, ...options: readonly string[]) {
  const [recording, file] = [join(lab.folder, 'r.ndjson'), join(lab.folder, 'script')];
  writeFileSync(file, script);
  const recorded = await dbg(['api', 'record', '-q', recording, '--', 'sh', file]);
  const began = Date.now();
  const played = await dbg(['api', 'replay', ...options, recording, '--', 'sh', file], { env: NO_ENGINE });
  return { recorded, played, took: Date.now() - began, recording };
}

describe('docker plays against a recording as it did against the engine', () => {
  test('lists, run with output and exit code, exec with stdin, logs, errors', async ({ lab }) => {
    const web = await lab.run('web', { command: ['sh', '-c', 'echo out; echo err >&2; exec sleep 3600'] });
    const { recorded, played } = await both(
      lab,
      `docker ps --filter name=${web} --format '{{.Names}} {{.Image}}'
       docker run --rm busybox sh -c 'echo hi; sleep 0.3; echo ho >&2; exit 4' 2>&1; echo $?
       echo foo | docker exec -i ${web} sh -c 'cat; exit 3'; echo $?
       docker exec ${web} sh -c 'sleep 0.7; echo late'
       docker logs ${web} 2>&1 | sort
       docker inspect no-such-container 2>&1; echo $?`,
    );
    expect(recorded.stdout).toContain('hi\nho\n4\nfoo\n3\nlate\nerr\nout\n');
    expect([played.stdout, played.stderr, played.exitCode]).toEqual([recorded.stdout, '', 0]);
  });

  test('logs -f and events, at their pace, or without waiting', async ({ lab }) => {
    const web = await lab.run('web', { command: ['sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.4; done'] });
    const script = `docker logs -f ${web}\ndocker events --since 0 --until $(date +%s) --filter container=${web} --format '{{.Action}}'`;
    const { recorded, played, took } = await both(lab, script);
    expect(recorded.stdout).toMatch(/^1\n2\n3\n(?:.*\n)*start/);
    expect([played.stdout, played.exitCode]).toEqual([recorded.stdout, 0]);
    expect(took).toBeGreaterThan(800);
    const recording = join(lab.folder, 'r.ndjson');
    const fast = await dbg(['api', 'replay', '--speed', 'max', recording, '--', 'sh', join(lab.folder, 'script')], {
      env: NO_ENGINE,
    });
    expect(fast.stdout).toBe(recorded.stdout);
  });

  test('a client that left is left again: logs -f ends with the client', async ({ lab }) => {
    const web = await lab.run('web', { command: ['sh', '-c', 'echo a; exec sleep 60'] });
    const left = await both(lab, `timeout -s INT 1 docker logs -f ${web}; echo $?`);
    expect([left.recorded.stdout, left.played.stdout]).toEqual(['a\n124', 'a\n124']);
  });

  test('run -d: the engine’s word to who had left is not said', async ({ lab }) => {
    const name = lab.name('run');
    lab.cleanUp(() => lab.docker('rm', '-f', name));
    const { recorded, played } = await both(lab, `docker run -d --name ${name} busybox sleep 30`, '--speed', 'max');
    expect([played.stdout, played.stderr, played.exitCode]).toEqual([recorded.stdout, '', 0]);
  });

  test('a session whose secrets were taken out', async ({ lab }) => {
    const web = await lab.run('web');
    const { recorded, played } = await both(lab, `docker exec -e DB_PASSWORD=hunter2 ${web} sh -c 'echo $DB_PASSWORD'`);
    expect([recorded.stdout, played.stdout, played.exitCode]).toEqual(['hunter2', 'hunter2', 0]);
  });
});

test('what was not recorded fails, loudly, and names the nearest', async ({ lab }) => {
  const web = await lab.run('web');
  const { recording } = await both(lab, `docker inspect -f '{{.Name}}' ${web}`);
  const inspect = await dbg(['api', 'replay', recording, '--', 'docker', 'inspect', 'other'], { env: NO_ENGINE });
  expect(inspect.exitCode).toBe(1);
  expect(inspect.stderr).toMatch(
    new RegExp(
      `dbg: not in the recording: GET /v[\\d.]+/containers/other/json; nearest: GET /v[\\d.]+/containers/${web}/json \\(#\\d+\\)`,
    ),
  );
  expect(inspect.stderr).toContain('Error response from daemon: dbg replay: not in the recording');
  const ignored = await dbg(['api', 'replay', recording, '--', 'sh', '-c', 'docker info >/dev/null 2>&1; true'], {
    env: NO_ENGINE,
  });
  expect(ignored.exitCode).toBe(125);
});

test('lists that are sets come in another order, as Compose sends them; what else differs is named', async ({
  lab,
}) => {
  const name = lab.name('made');
  lab.cleanUp(() => lab.docker('rm', '-f', name));
  const recording = join(lab.folder, 'r.ndjson');
  const create = (sets: string) => ['--', 'sh', '-c', `docker create --name ${name} ${sets} busybox echo`];
  const sets = ['-e A=1', '-e B=2', '-v /tmp:/a', '-v /tmp:/b', '--add-host x:10.0.0.1', '--add-host y:10.0.0.2'];
  const caps = ['--cap-add SYS_TIME', '--cap-add NET_ADMIN', '--cap-drop MKNOD', '--cap-drop CHOWN'];
  const all = [...sets, ...caps];
  const recorded = await dbg(['api', 'record', '-q', recording, ...create(all.join(' '))]);
  const replay = (options: readonly string[]) =>
    dbg(['api', 'replay', recording, ...create(options.join(' '))], { env: NO_ENGINE });
  const again = await replay(all.toReversed());
  expect([again.stdout, again.stderr, again.exitCode]).toEqual([recorded.stdout, '', 0]);
  const other = await replay([...all.toReversed(), '-e A=3', '-e B=2']);
  expect(other.exitCode).toBe(1);
  expect(other.stderr).toMatch(/^dbg: not in the recording: .*; nearest: .* \(#\d+\), which differs: body \.Env A: /m);
});

test('a program of dockerode plays against it too', async ({ lab }) => {
  const [web, path] = [await lab.run('web'), join(lab.folder, 's')];
  const { recording } = await both(lab, `docker exec ${web} echo hi`);
  const running = execa(process.execPath, [DBG, 'api', 'replay', '--listen', `unix:${path}`, recording], {
    reject: false,
    env: NO_ENGINE,
  });
  const said = { text: '' };
  running.stderr.on('data', (piece) => (said.text += piece));
  await expect.poll(() => said.text).toContain('in another terminal');
  const { default: Docker } = await import('dockerode');
  const docker = new Docker({ socketPath: path });
  expect((await docker.getContainer(web).inspect()).Name).toBe(`/${web}`);
  await expect(docker.getContainer('other').inspect()).rejects.toThrow('not in the recording');
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(125);
});

test('is refused: no recording, no speed, an option behind FILE', async ({ lab }) => {
  const none = await dbg(['api', 'replay', join(lab.folder, 'none'), '--', 'true']);
  expect([none.exitCode, none.stderr]).toEqual([125, expect.stringContaining('there is no file')]);
  const { exitCode, stderr } = await dbg(['api', 'replay', '--speed', 'fast', 'x', '--', 'true']);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('"fast" is no speed')]);
  const behind = await dbg(['api', 'replay', 'x', '--speed', 'max']);
  expect([behind.exitCode, behind.stderr]).toEqual([2, expect.stringContaining('--speed stands after FILE')]);
});

test('what differs between two sessions', async ({ lab }) => {
  const files = await Promise.all(
    ['', '-a'].map(async (option, at) => {
      const file = join(lab.folder, `${at}.ndjson`);
      await dbg([
        'api',
        'record',
        '-q',
        file,
        '--',
        'sh',
        '-c',
        `docker ps -q ${option} >/dev/null; docker version >/dev/null`,
      ]);
      return file;
    }),
  );
  const same = await dbg(['api', 'diff', files[0]!, files[0]!]);
  expect([same.exitCode, same.stdout]).toEqual([0, '']);
  const { exitCode, stdout } = await dbg(['api', 'diff', ...files]);
  expect([exitCode, stdout]).toEqual([1, expect.stringContaining('    query all: — → 1')]);
  const json = await dbg(['api', 'diff', '--json', ...files]);
  expect(JSON.parse(String(json.stdout).split('\n')[0]!).differences).toContain('query all: — → 1');
});
