import { expect, test } from 'vitest';
import type { Container } from '../../../../src/engine/container.ts';
import type { ContainerEvent } from '../../../../src/engine/engine-events.ts';
import type { Inspection } from '../../../../src/engine/inspection.ts';
import { known, unknown } from '../../../../src/why/fact.ts';
import type { ContainerFacts } from '../../../../src/why/container/facts.ts';
import { LIFE_CHECKS } from '../../../../src/why/container/life-checks.ts';
import { executableOf } from '../../../../src/why/container/life/executable.ts';
import type { EntryStep } from '../../../../src/why/container/life/entry-point.ts';
import { judge } from '../../../../src/why/judge.ts';
import { container, fakeEngine } from '../../fakes.ts';

const NOW = 1_000_000_000;
const inspection = await fakeEngine([]).inspection('');

interface Case {
  readonly state?: Partial<Container['state']>;
  readonly restarts?: number;
  readonly inspection?: Partial<Inspection>;
  readonly history?: readonly ContainerEvent[];
  readonly said?: readonly string[];
  readonly entry?: ContainerFacts['entry'];
  readonly publishers?: ReadonlyMap<number, string>;
  readonly missing?: readonly string[];
}

const WHILE_IT_RUNS = unknown('it does not run');

function verdictOf({ state = {}, restarts = 0, history = [], said = [], ...rest }: Case) {
  return judge<ContainerFacts>(LIFE_CHECKS, {
    container: known(container({ state, restarts })),
    inspection: known({ ...inspection, ...rest.inspection }),
    now: known(NOW),
    history: known(history),
    lastWords: known({ lines: said, refusal: undefined }),
    entry: known(rest.entry),
    missingSources: known(rest.missing ?? []),
    publishers: known(rest.publishers ?? new Map()),
    limits: WHILE_IT_RUNS,
    hostSwap: WHILE_IT_RUNS,
    throttling: WHILE_IT_RUNS,
    mounts: WHILE_IT_RUNS,
    volumeSizes: WHILE_IT_RUNS,
    logSize: WHILE_IT_RUNS,
    processes: WHILE_IT_RUNS,
    listeners: WHILE_IT_RUNS,
    network: WHILE_IT_RUNS,
    resolver: WHILE_IT_RUNS,
    rights: WHILE_IT_RUNS,
    denials: WHILE_IT_RUNS,
    clock: WHILE_IT_RUNS,
    refused: WHILE_IT_RUNS,
    hiddenFiles: WHILE_IT_RUNS,
    imageOfName: known(undefined),
  });
}

const first = (given: Case) => {
  const { answer, others } = verdictOf(given);
  const found = answer ?? others[0];
  return found && { id: found.id, severity: found.severity, sentence: found.sentence };
};

/** One that ended 10 s ago, after so long. */
const ended = (exitCode: number, livedMs = 60_000, over: Partial<Container['state']> = {}) => ({
  state: { status: 'exited', pid: 0, exitCode, finishedAt: NOW - 10_000, startedAt: NOW - 10_000 - livedMs, ...over },
});

const event = (action: string, secondsAgo: number, more: Partial<ContainerEvent> = {}): ContainerEvent => ({
  action,
  time: NOW - secondsAgo * 1000,
  exitCode: undefined,
  ...more,
});
const kill = (signal: number, secondsAgo: number) => event('kill', secondsAgo, { signal: String(signal) });
const START = event('start', 70);
const die = (exitCode: number, secondsAgo = 10) => event('die', secondsAgo, { exitCode: String(exitCode) });

const failed = (error: string, exitCode = 128) => ({ state: { status: 'created', pid: 0, exitCode, error } });

// The sentences of engines, recorded: of Docker 20.10, 27, 28, and of runc.
test.each<[string, string | RegExp, string]>([
  [
    'life.port-taken',
    'port 5555 of the host is taken, by no container',
    'driver failed programming external connectivity on endpoint p (314f): Bind for 0.0.0.0:5555 failed: port is already allocated',
  ],
  [
    'life.port-taken',
    'port 80 of the host is taken by container "db"',
    'driver failed programming external connectivity on endpoint p (3): Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use',
  ],
  [
    'life.port-taken',
    'port 80 of the host is taken by container "db"',
    'failed to set up container networking: driver failed programming external connectivity on endpoint p (3): failed to bind host port for 0.0.0.0:80:172.17.0.2:80/tcp: address already in use',
  ],
  ['life.port-taken', 'port 80 of the host', 'failed to bind host port [::]:80/tcp: address already in use'],
  [
    'life.device-missing',
    'no device /dev/kvm',
    'error gathering device information while adding custom device "/dev/kvm": no such file or directory',
  ],
  ['life.device-missing', 'no driver "nvidia"', 'could not select device driver "nvidia" with capabilities: [[gpu]]'],
  [
    'life.mount-source-missing',
    'the host has no /srv/conf,',
    'invalid mount config for type "bind": bind source path does not exist: /srv/conf',
  ],
  ['life.user-missing', 'no group "web" in /etc/group', 'unable to find group web: no matching entries in group file'],
  ['life.network-missing', 'network tn does not exist', 'network tn not found'],
  [
    'life.entry-missing',
    'no program pyhton3 in a folder',
    'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "pyhton3": executable file not found in $PATH: unknown',
  ],
  [
    'life.entry-missing',
    'no program /x/y in its files',
    'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "/x/y": stat /x/y: no such file or directory: unknown',
  ],
  [
    'life.entry-not-executable',
    'run /app, which may not',
    'OCI runtime create failed: runc create failed: unable to start container process: exec: "/app": permission denied: unknown',
  ],
  ['life.start-failed', 'cannot be started: some new trouble', 'some new trouble'],
])('%s: %s', (id, sentence, error) => {
  const found = first({ ...failed(error), publishers: new Map([[80, 'db']]) });
  expect(found).toMatchObject({ id, severity: 'broken', sentence: expect.stringMatching(sentence) });
});

test('an error of a start counts no more once it runs', () => {
  expect(first({ state: { error: 'network tn not found' } })).toBeUndefined();
});

const STOP = [START, kill(15, 20), kill(9, 10), die(137), event('stop', 10)];

test.each<[string, Case, string | undefined, string, string]>([
  [
    'an end by its limit',
    {
      ...ended(137, 1000, { oomKilled: true }),
      inspection: { memoryBytes: 16 << 20 },
      history: [START, event('oom', 10), die(137)],
    },
    'life.oom',
    'broken',
    '(exit code 137); its memory limit is 16 MiB',
  ],
  [
    'of a child',
    { ...ended(1, 1000, { oomKilled: true }), history: [START, event('oom', 11), die(1)] },
    'life.oom',
    'broken',
    'a process of "web" was killed',
  ],
  [
    'of a child, long before it was stopped',
    {
      ...ended(143, 1000, { oomKilled: true }),
      history: [START, event('oom', 60), kill(15, 11), die(143), event('stop', 10)],
    },
    'life.stopped',
    'note',
    'by docker stop: exit code 143 (SIGTERM',
  ],
  [
    'docker stop, not heeded',
    { ...ended(137), history: STOP },
    'life.stopped',
    'note',
    'after 10 seconds in which it did not heed SIGTERM',
  ],
  ['docker kill', { ...ended(137), history: [START, kill(9, 10), die(137)] }, 'life.stopped', 'note', 'by docker kill'],
  [
    'a signal that it outlived by minutes',
    { ...ended(1), history: [event('start', 900), kill(1, 600), die(1)] },
    'life.exit-code',
    'broken',
    'exit code 1',
  ],
  ['kill -9 on the host', { ...ended(137), history: [START, die(137)] }, 'life.killed', 'broken', 'not by the engine'],
  ['137 that the engine forgot', { ...ended(137) }, 'life.killed', 'suspect', 'no longer remembers'],
  [
    'the stop before the last start is another',
    { ...ended(137), history: [...STOP.map((each) => ({ ...each, time: each.time! - 100_000 })), START, die(137)] },
    'life.killed',
    'broken',
    'not by the engine',
  ],
  [
    'SIGTERM of nobody whom the engine knows',
    { ...ended(143), history: [START, die(143)] },
    'life.exit-code',
    'suspect',
    'SIGTERM: told to end',
  ],
  ['a crash', { ...ended(139), history: [START, die(139)] }, 'life.crashed', 'broken', 'SIGSEGV'],
  ['an abort', { ...ended(134) }, 'life.crashed', 'broken', 'SIGABRT'],
  ['a system call that is forbidden', { ...ended(159) }, 'life.crashed', 'broken', 'seccomp'],
  ['a code', { ...ended(3), said: ['no config'] }, 'life.exit-code', 'broken', 'ended 10 seconds ago with exit code 3'],
  ['code 0', { ...ended(0) }, 'life.ended', 'note', 'exit code 0'],
  ['dead', { state: { status: 'dead', pid: 0 } }, 'life.dead', 'broken', 'could not remove'],
  ['removing', { state: { status: 'removing', pid: 0 } }, 'life.dead', 'suspect', 'being removed'],
  [
    'created',
    { state: { status: 'created', pid: 0 }, inspection: { createdAt: NOW - 180_000 } },
    'life.never-started',
    'suspect',
    'created 3 minutes ago and never started',
  ],
  [
    'created, and what it mounts has gone',
    { state: { status: 'created', pid: 0 }, missing: ['/srv'] },
    'life.mount-source-missing',
    'broken',
    'no /srv',
  ],
  [
    'done, and what it mounted has gone',
    { ...ended(0), missing: ['/srv'] },
    'life.mount-source-missing',
    'suspect',
    'no /srv',
  ],
  [
    'paused',
    { state: { status: 'paused' }, history: [START, event('pause', 60)] },
    'life.paused',
    'broken',
    'paused for 1 minute',
  ],
  [
    'libraries, glibc',
    {
      ...ended(127, 5),
      said: [
        '/app: error while loading shared libraries: libpq.so.5: cannot open shared object file: No such file or directory',
      ],
    },
    'life.library-missing',
    'broken',
    'cannot load libpq.so.5',
  ],
  [
    'libraries, musl',
    { ...ended(127, 5), said: ['Error loading shared library libpq.so.5: No such file or directory (needed by /app)'] },
    'life.library-missing',
    'broken',
    'cannot load libpq.so.5',
  ],
])('%s', (_, given, id, severity, sentence) => {
  expect(first(given)).toMatchObject({ id, severity, sentence: expect.stringContaining(sentence) });
});

const LOOP = [3, 2, 1].flatMap((minutes) => [event('start', minutes * 60 + 1), die(1, minutes * 60)]);
const restarting = (exitCode: number, livedMs: number) => ({
  ...ended(exitCode, livedMs, { status: 'restarting' }),
  restarts: 5,
  inspection: { restartPolicy: 'always' },
});

test.each<[string, Case, string | undefined, string]>([
  [
    'between two runs',
    restarting(1, 20),
    'broken',
    '5 restarts so far: it lived for 20 ms and ended with exit code 1; its restart policy is always, without a limit',
  ],
  [
    'seen while it runs',
    { state: { startedAt: NOW - 100 }, restarts: 3, history: LOOP },
    'broken',
    'it lived for 1 second and',
  ],
  ['it ends well at once', restarting(0, 20), 'broken', 'its program does not keep running'],
  ['it ends well after a minute of work', restarting(0, 60_000), 'suspect', 'exit code 0'],
  [
    'it died a few times, an hour ago',
    { restarts: 3, history: LOOP.map((each) => ({ ...each, time: each.time! - 3_600_000 })) },
    undefined,
    '',
  ],
  ['somebody restarted it', { restarts: 0, history: LOOP }, undefined, ''],
  ['it died twice', { restarts: 2, history: LOOP.slice(2) }, undefined, ''],
])('a loop: %s', (_, given, severity, sentence) => {
  const found = first(given);
  expect(found?.severity).toBe(severity);
  if (severity === undefined) return;
  expect(found).toMatchObject({ id: 'life.restart-loop', sentence: expect.stringContaining(sentence) });
});

test('a loop of want of memory: the want is the answer, the loop follows from it', () => {
  const history = [3, 2, 1].flatMap((minutes) => [
    event('start', minutes * 60 + 1),
    event('oom', minutes * 60),
    die(137, minutes * 60),
  ]);
  const { answer, follows } = verdictOf({ state: { startedAt: NOW - 100 }, restarts: 3, history });
  expect([answer, ...follows].map((each) => each?.id)).toEqual(['life.oom', 'life.restart-loop']);
  expect(answer?.sentence).toContain('the engine remembers 3 such deaths');
});

test('the engine has given up', () => {
  const policy = { restartPolicy: 'on-failure', mostRestarts: 2 };
  const found = first({ ...ended(1, 20), restarts: 2, inspection: policy });
  expect(found).toMatchObject({ id: 'life.gave-up', sentence: expect.stringContaining('after 2 restarts') });
  expect(first({ ...ended(1, 20), restarts: 1, inspection: policy })?.id).toBe('life.exit-code');
});

const file = (path: string, begins: Buffer | string, mode = 0o755): EntryStep => ({
  path,
  file: { kind: 'file', mode, executable: executableOf(Buffer.from(begins)) },
});
const none = (path: string): EntryStep => ({ path, file: undefined });
const program = (machine: number) =>
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, ...Array.from({ length: 12 }, () => 0), machine, 0]);
const entry = (...steps: EntryStep[]) => ({ steps, engine: 'amd64', image: 'arm64' });

test.each<[string, ContainerFacts['entry'], string, string]>([
  [
    'another processor',
    entry(file('/app', program(183))),
    'life.exec-format',
    '/app is a program for arm64, and this host is amd64',
  ],
  [
    'the shell of another processor',
    entry(file('/app', '#!/bin/sh\n'), file('/bin/sh', program(183))),
    'life.exec-format',
    '/bin/sh is a program for arm64',
  ],
  [
    'a script without bash',
    entry(file('/app', '#!/bin/bash\n'), none('/bin/bash')),
    'life.interpreter-missing',
    'asks for /bin/bash',
  ],
  ['no such file', entry(none('/app')), 'life.entry-missing', 'no program /app'],
  ['no x', entry(file('/app', '#!/bin/sh\n', 0o640)), 'life.entry-not-executable', 'mode 0640'],
])('its program: %s', (_, given, id, sentence) => {
  const refused = { ...ended(127, 20), entry: given };
  expect(first(refused)).toMatchObject({ id, severity: 'broken', sentence: expect.stringContaining(sentence) });
  // One that lived for a minute was run, whatever its file is now; so was one that was stopped.
  expect(first({ ...ended(127), entry: given })?.id).toBe('life.exit-code');
  const stopped = [event('start', 11), kill(15, 11), die(127), event('stop', 10)];
  expect(first({ ...refused, history: stopped })?.id).toBe('life.stopped');
});

test('a processor that runs the programs of its forerunner', () => {
  const found = first({ ...ended(1, 20), entry: entry(file('/app', program(3)), none('/nothing')) });
  expect(found?.id).not.toBe('life.exec-format');
});

const health = (over: Partial<NonNullable<Inspection['health']>>) => ({
  inspection: { health: { status: 'unhealthy', failures: 3, exitCode: 1, output: '', ...over } },
});

test.each<[string, Case, string | undefined, string]>([
  ['it fails', health({ output: 'locked\n' }), 'life.unhealthy', 'failed 3 times in a row, last with exit code 1'],
  [
    'busybox has no curl',
    health({ exitCode: 127, output: '/bin/sh: curl: not found\n' }),
    'life.health-program-missing',
    'no curl',
  ],
  [
    'dash has no curl',
    health({ exitCode: 127, output: '/bin/sh: 1: curl: not found\n' }),
    'life.health-program-missing',
    'no curl',
  ],
  [
    'bash has no curl',
    health({ exitCode: 127, output: '/bin/bash: line 1: curl: command not found\n' }),
    'life.health-program-missing',
    'no curl',
  ],
  [
    'there is no shell',
    health({
      exitCode: -1,
      output:
        'OCI runtime exec failed: exec failed: unable to start container process: exec: "/bin/sh": stat /bin/sh: no such file or directory: unknown',
    }),
    'life.health-program-missing',
    'no /bin/sh',
  ],
  [
    'before it counts',
    health({ status: 'starting', failures: 1, exitCode: 127, output: 'sh: curl: not found' }),
    'life.health-program-missing',
    'no curl',
  ],
  ['not yet', health({ status: 'starting', failures: 0 }), 'life.not-yet-healthy', 'not passed yet'],
  ['well', health({ status: 'healthy', failures: 0, exitCode: 0 }), undefined, ''],
  ['well but for the last', health({ status: 'healthy', failures: 1 }), undefined, ''],
])('health: %s', (_, given, id, sentence) => {
  const found = first(given);
  expect(found?.id).toBe(id);
  expect(found?.sentence ?? '').toContain(sentence);
});

test('a long line is cut, and a log that cannot be read says why', () => {
  const seen = (given: Case) => verdictOf(given).answer?.evidence.map(({ seen: text }) => text);
  expect(seen({ ...ended(3), said: ['a'.repeat(9999), 'b'] })).toEqual([`it said: ${'a'.repeat(200)}…`, 'it said: b']);
  expect(seen(ended(3))).toEqual(['it said nothing']);
});
