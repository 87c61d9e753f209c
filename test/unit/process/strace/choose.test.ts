import { describe, expect, test } from 'vitest';
import { childOfInit, chosenProcesses, refuseTraced, type Candidate } from '../../../../src/process/strace/choose.ts';
import { fakeHost } from '../../fakes.ts';

const candidate = (pid: number, containerPid: number | undefined, command: string, over: Partial<Candidate> = {}) => ({
  pid,
  containerPid,
  parent: 1,
  command,
  argv: [command],
  state: 'S',
  ...over,
});

const ALL = [
  candidate(100, 1, 'nginx', { argv: ['nginx: master process'] }),
  candidate(120, 7, 'nginx', { argv: ['nginx: worker process'] }),
  candidate(130, 100, 'java', { argv: ['/usr/bin/app-server', '-x'] }),
  candidate(140, undefined, 'a-name-that-is-'),
  candidate(150, 9, 'sh', { state: 'Z', argv: [] }),
];
const pids = (choice: Parameters<typeof chosenProcesses>[1], all: readonly Candidate[] = ALL) =>
  chosenProcesses(all, choice, { name: 'web', pid: 100 }).map(({ pid }) => pid);

test.each([
  [{}, [100]],
  [{ all: true }, [100, 120, 130, 140]],
  [{ process: '120' }, [120]],
  [{ process: '7' }, [120]],
  [{ process: '1' }, [100]],
  [{ process: 'java' }, [130]],
  [{ process: 'app-server' }, [130]],
  [{ process: 'a-name-that-is-longer' }, [140]],
])('%j', (choice, expected) => expect(pids(choice)).toEqual(expected));

test('one number on the host and inside is one process', () =>
  expect(pids({ process: '5' }, [candidate(5, 5, 'sleep')])).toEqual([5]));

describe('refused', () => {
  test.each([
    [
      { process: '100' },
      '"100" is several processes of "web": 100 (nginx, 1 inside), 130 (java, 100 inside)',
      '--process 1 web',
    ],
    [
      { process: 'nginx' },
      '"nginx" is several processes of "web": 100 (nginx, 1 inside), 120 (nginx, 7 inside)',
      '--process 100 web',
    ],
    [{ process: '4711' }, 'no process of "web" is number 4711, on the host or inside', 'dbg ps web'],
    [{ process: 'sshd' }, 'no process of "web" is called "sshd"', 'dbg ps web'],
    [{ process: '9' }, 'process 9 of "web" is a zombie', 'dbg ps web'],
    [{ process: '' }, 'no process of "web" is called ""', 'dbg ps web'],
  ])('%j', (choice, message, command) =>
    expect(() => pids(choice)).toThrow(
      expect.objectContaining({
        exitCode: 125,
        message: expect.stringContaining(message),
        next: expect.arrayContaining([expect.objectContaining({ command: expect.stringContaining(command) })]),
      }),
    ),
  );
});

describe('a tracer', () => {
  const host = (tracer: string, comm?: string) =>
    fakeHost({
      files: {
        '/proc/100/status': `Name:\tnginx\nTracerPid:\t${tracer}\n`,
        ...(comm === undefined ? {} : { '/proc/812/comm': comm }),
      },
    });

  test('none', () => expect(() => refuseTraced(host('0'), [ALL[0]!])).not.toThrow());

  test.each([
    ['gdb\n', 'process 100 (nginx) is traced already, by process 812 (gdb)'],
    [undefined, 'process 100 (nginx) is traced already, by process 812 (ended just now)'],
  ])('%j', (comm, message) =>
    expect(() => refuseTraced(host('812', comm), [ALL[1]!, ALL[0]!])).toThrow(
      expect.objectContaining({
        exitCode: 125,
        message,
        next: expect.arrayContaining([{ what: 'who that is', command: 'ps -fp 812' }]),
      }),
    ),
  );
});

describe('behind an init', () => {
  const [init, child] = [candidate(100, 1, 'docker-init'), candidate(120, 7, 'server', { parent: 100 })];
  const zombie = candidate(110, 6, 'sh', { parent: 100, state: 'Z' });
  const foreign = candidate(105, 5, 'sh', { parent: 3 });
  test('its first child that lives', () =>
    expect(childOfInit([init, foreign, zombie, child, candidate(130, 8, 'late', { parent: 100 })], [init])).toBe(
      child,
    ));
  test.each(['tini', 'dumb-init', 'catatonit', 'podman-init', 'tini-static'])('%s', (command) =>
    expect(childOfInit([child], [{ ...init, command }])).toBe(child),
  );
  test('nothing of a program, without a child, or where several were chosen', () => {
    expect(childOfInit([child], [candidate(100, 1, 'server')])).toBeUndefined();
    expect(childOfInit([init, zombie], [init])).toBeUndefined();
    expect(childOfInit([init, child], [init, child])).toBeUndefined();
  });
});
