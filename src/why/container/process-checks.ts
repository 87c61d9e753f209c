import { checkOf } from '../check.ts';
import type { Finding } from '../finding.ts';
import { shellQuote } from '../../text.ts';
import type { ContainerFacts } from './facts.ts';
import { counted, firstOf, percent, processName } from './words.ts';

const check = checkOf<ContainerFacts>();
const PROCESSES = 'processes';
const psCommand = (name: string) => `dbg ps ${shellQuote(name)}`;

/**
 * The kernel function in which a paused process sleeps, in state D, with v1's freezer
 * (cgroup-v1/freezer-subsystem.rst).
 */
const FROZEN = /refrigerator|freezer/;
/** The share of the sample that counts as always. */
const ALWAYS = 0.9;

/** What the container's processes do or fail to do, in causal order. */
export const PROCESS_CHECKS = [
  check({
    id: 'processes.stopped',
    layer: PROCESSES,
    about: 'Processes are stopped by a signal, and do nothing.',
    needs: ['container', 'processes'],
    find: ({ container: { name }, processes }) => {
      const stopped = processes.filter(({ state }) => state === 'T');
      if (stopped.length === 0) return [];
      const main = stopped.find(({ isMain }) => isMain);
      const those = main ? [main] : stopped;
      return [
        {
          severity: main ? 'broken' : 'suspect',
          sentence: main
            ? `the main process of "${name}", ${processName(main)}, is stopped by a signal (state T): it does nothing until it is told to go on`
            : `${counted(stopped.length, 'process is', 'processes are')} stopped by a signal (state T) in "${name}": ${firstOf(stopped.map(processName))}`,
          evidence: [{ seen: 'state T', command: psCommand(name) }],
          next: [{ what: 'let it go on', command: `kill -CONT ${those.map(({ pid }) => pid).join(' ')}` }],
        },
      ];
    },
  }),
  check({
    id: 'processes.hangs',
    layer: PROCESSES,
    about: 'A thread hangs in the kernel, for a disk, a server or another process, where no signal reaches it.',
    needs: ['container', 'processes'],
    find: ({ container: { name, state }, processes }) => {
      if (state.status === 'paused') return [];
      const hanging = processes.flatMap(({ pid, threads }) =>
        threads.flatMap((thread) =>
          thread.state === 'D' && !FROZEN.test(thread.sleepsIn ?? '') ? [{ pid, ...thread }] : [],
        ),
      );
      const [first] = hanging;
      if (first === undefined) return [];
      const where = first.sleepsIn === undefined ? '' : ` in ${first.sleepsIn}`;
      const others = hanging.length === 1 ? '' : `, and ${counted(hanging.length - 1, 'other thread')} too`;
      const file = (name_: string) => `/proc/${first.pid}/task/${first.tid}/${name_}`;
      return [
        {
          severity: 'suspect',
          sentence: `process ${processName(first)} of "${name}" hangs${where} (state D)${others}`,
          evidence: [{ seen: `state D${where}`, command: `cat ${file('wchan')}` }],
          next: [{ what: 'see the way there, in the kernel', command: `cat ${file('stack')}` }],
        },
      ];
    },
  }),
  check({
    id: 'processes.deadlock',
    layer: PROCESSES,
    about: 'All threads of a process wait for each other, without a time limit.',
    needs: ['container', 'processes'],
    find: ({ container: { name }, processes }) =>
      processes.flatMap((one): Finding[] => {
        const { pid, threads } = one;
        if (threads.length < 2 || !threads.every(({ isOnFutex }) => isOnFutex)) return [];
        return [
          {
            severity: 'suspect',
            sentence: `all ${threads.length} threads of process ${processName(one)} of "${name}" wait for one another (on a futex, without a time limit), as in a deadlock`,
            evidence: [{ seen: 'futex(2), no timeout, in every thread', command: `cat /proc/${pid}/task/*/syscall` }],
            next: [{ what: 'see who holds what', command: `gdb -p ${pid} -batch -ex 'thread apply all bt'` }],
          },
        ];
      }),
  }),
  check({
    id: 'processes.zombies',
    layer: PROCESSES,
    about: 'Processes have ended, and their parent did not wait for them (zombies).',
    needs: ['container', 'processes'],
    find: ({ container: { name }, processes }) => {
      const zombies = processes.filter(({ state }) => state === 'Z');
      if (zombies.length === 0) return [];
      const parents = new Map(zombies.map(({ parent }) => [parent.pid, processName(parent)]));
      const isMains = processes.some(({ isMain, pid }) => isMain && parents.has(pid));
      return [
        {
          severity: 'suspect',
          sentence: `${counted(zombies.length, 'process', 'processes')} of "${name}" ended, and ${firstOf([...parents.values()])} did not wait for ${zombies.length === 1 ? 'it' : 'them'} (zombies)`,
          evidence: [{ seen: `state Z: ${firstOf(zombies.map(processName))}`, command: psCommand(name) }],
          next: [
            isMains
              ? { what: 'have an init that does, at its next start', command: 'docker run --init …' }
              : { what: 'see what that parent does', command: `dbg strace ${shellQuote(name)}` },
          ],
        },
      ];
    },
  }),
  check({
    id: 'processes.busy',
    layer: PROCESSES,
    about: 'One thread is busy all the time.',
    needs: ['container', 'processes'],
    find: ({ container: { name }, processes }) => {
      const busy = processes.flatMap(({ pid, threads }) =>
        threads.flatMap((thread) =>
          thread.neverSlept || (thread.wantedShare ?? thread.cpuShare) >= ALWAYS
            ? [{ ...thread, pid, of: threads.length }]
            : [],
        ),
      );
      const [first] = busy.toSorted((one, other) => other.cpuShare - one.cpuShare);
      if (first === undefined) return [];
      const others =
        busy.length === 1 ? '' : `; so ${busy.length === 2 ? 'is' : 'are'} ${counted(busy.length - 1, 'other thread')}`;
      const share = `${percent(first.cpuShare)} of a CPU`;
      // The thread wants the CPU, but others have it: other threads of the container or of the
      // host.
      const given =
        first.cpuShare < ALWAYS / 2 ? `it gets ${share}, and waits for one the rest of the time` : `it uses ${share}`;
      const which = first.of === 1 ? 'process' : `one thread of ${first.of} of process`;
      return [
        {
          severity: 'suspect',
          sentence: `${which} ${processName(first)} of "${name}" is busy all the time: ${given}${others}`,
          evidence: [
            { seen: `thread ${first.tid}: ${percent(first.cpuShare)}`, command: `top -H -b -n 1 -p ${first.pid}` },
          ],
          next: [{ what: 'see what it asks the kernel for', command: `dbg strace ${shellQuote(name)}` }],
        },
      ];
    },
  }),
] as const;
