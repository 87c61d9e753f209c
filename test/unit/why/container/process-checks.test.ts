import { expect, test } from 'vitest';
import { PROCESS_CHECKS } from '../../../../src/why/container/process-checks.ts';
import { container } from '../../fakes.ts';
import { found, processSeen, thread } from './given.ts';

const zombie = (pid: number) =>
  processSeen({ pid, command: 'job', isMain: false, parent: { pid: 1234, command: 'app' }, state: 'Z', threads: [] });
const waiting = (...over: Parameters<typeof thread>[0][]) => processSeen({ threads: over.map(thread) });

test.each([
  ['nothing', [processSeen()], []],
  [
    'the main process is stopped',
    [processSeen({ state: 'T' }), processSeen({ pid: 2000, isMain: false, state: 'T' })],
    [
      'stopped broken: the main process of "web", 1234 (app), is stopped by a signal (state T): it does nothing until it is told to go on',
    ],
  ],
  [
    'another is',
    [processSeen(), processSeen({ pid: 2000, isMain: false, state: 'T' })],
    ['stopped suspect: 1 process is stopped by a signal (state T) in "web": 2000 (app)'],
  ],
  ['its state changed', [processSeen({ state: undefined })], []],
  // stopped by a debugger
  ['traced', [processSeen({ state: 't' })], []],
  [
    'a thread hangs',
    [waiting({}, { tid: 1235, command: 'io', state: 'D', sleepsIn: 'rpc_wait_bit_killable' }, { state: 'D' })],
    ['hangs suspect: process 1234 (io) of "web" hangs in rpc_wait_bit_killable (state D), and 1 other thread too'],
  ],
  ['where is not told', [waiting({ state: 'D' })], ['hangs suspect: process 1234 (app) of "web" hangs (state D)']],
  ['frozen by v1', [waiting({ state: 'D', sleepsIn: '__refrigerator' })], []],
  [
    'a deadlock',
    [waiting({ isOnFutex: true }, { isOnFutex: true })],
    [
      'deadlock suspect: all 2 threads of process 1234 (app) of "web" wait for one another (on a futex, without a time limit), as in a deadlock',
    ],
  ],
  ['one thread does something else', [waiting({ isOnFutex: true }, {})], []],
  ['one thread alone waits for another process', [waiting({ isOnFutex: true })], []],
  [
    'zombies of the first process',
    [processSeen(), ...[1, 2, 3, 4].map(zombie)],
    ['zombies suspect: 4 processes of "web" ended, and 1234 (app) did not wait for them (zombies)'],
  ],
  [
    'busy',
    [waiting({ cpuShare: 0.97, wantedShare: 1 })],
    ['busy suspect: process 1234 (app) of "web" is busy all the time: it uses 97 % of a CPU'],
  ],
  [
    'busy, and so is the host',
    [waiting({ cpuShare: 0.09, wantedShare: 1 }, {})],
    [
      'busy suspect: one thread of 2 of process 1234 (app) of "web" is busy all the time: it gets 9 % of a CPU, and waits for one the rest of the time',
    ],
  ],
  [
    'busy, while the host gave it hardly any CPU, and its last wait is not counted yet',
    [waiting({ cpuShare: 0.3, wantedShare: 0.6, neverSlept: true })],
    [expect.stringContaining('it gets 30 % of a CPU, and waits')],
  ],
  ['busy, by ticks', [waiting({ cpuShare: 0.95, wantedShare: undefined })], [expect.stringContaining('95 %')]],
  ['half busy', [waiting({ cpuShare: 0.5, wantedShare: 0.6 })], []],
] as const)('%s', (_, processes, expected) => {
  const all = expected.map((each) => (typeof each === 'string' ? `processes.${each}` : (each as string)));
  expect(found(PROCESS_CHECKS, { processes })).toEqual(all);
});

test('a paused one does not hang', () => {
  const processes = [waiting({ state: 'D' })];
  expect(found(PROCESS_CHECKS, { processes, container: container({ state: { status: 'paused' } }) })).toEqual([]);
});
