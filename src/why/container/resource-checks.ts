import { checkOf } from '../check.ts';
import type { Finding } from '../finding.ts';
import { binarySize } from '../../sizes.ts';
import { shellQuote } from '../../text.ts';
import type { ContainerFacts } from './facts.ts';
import { counted, percent } from './words.ts';

const check = checkOf<ContainerFacts>();
const RESOURCES = 'resources';
const limitsCommand = (name: string) => `dbg limits ${shellQuote(name)}`;
const isNumber = (value: number | null | undefined): value is number => typeof value === 'number';

/** The share of a limit, file cache left out, from which it counts as nearly reached. */
const NEAR = 0.9;
/**
 * MOSTLY_THROTTLED is a share of the CPU periods, STALLED_PERCENT a percentage of the time in which
 * all tasks wait.
 */
const MOSTLY_THROTTLED = 0.5;
const STALLED_PERCENT = 10;
/** 1 GiB. docker's tools and a shell's `tail` still cope with less. */
const LARGE_LOG = 2 ** 30;

/** What the container has run out of, or is about to run out of, in causal order. */
export const RESOURCE_CHECKS = [
  check({
    id: 'resources.oom-kills',
    layer: RESOURCES,
    about: 'The kernel killed processes in it because they were out of memory; the container lives on.',
    needs: ['container', 'limits'],
    find: ({ container: { name }, limits: { memory } }) => {
      const kills = memory?.oomKills ?? 0;
      if (memory === undefined || kills === 0) return [];
      const limit = isNumber(memory.limit)
        ? `its memory limit is ${binarySize(memory.limit)}`
        : 'it has no memory limit of its own';
      return [
        {
          severity: 'broken',
          sentence: `the kernel has killed ${counted(kills, 'process', 'processes')} in "${name}" because it was out of memory; the container lives on, and ${limit}`,
          evidence: [{ seen: `oom_kill ${kills}`, command: limitsCommand(name) }],
          next: moreMemory(name, memory.limit),
        },
      ];
    },
  }),
  check({
    id: 'resources.memory-near-limit',
    layer: RESOURCES,
    about: 'Its memory is nearly used up, not counting the file cache.',
    needs: ['container', 'limits'],
    find: ({ container: { name }, limits: { memory } }) => {
      if (memory === undefined || !isNumber(memory.limit) || memory.limit === 0) return [];
      const held = memory.charged - memory.fileCache;
      if (held < memory.limit * NEAR) return [];
      return [
        {
          severity: 'suspect',
          sentence: `"${name}" holds ${binarySize(held)} of its ${binarySize(memory.limit)} of memory (${percent(held / memory.limit)}), not counting its file cache`,
          evidence: [
            {
              seen: `${binarySize(memory.charged)} charged, ${binarySize(memory.fileCache)} of it file cache`,
              command: limitsCommand(name),
            },
          ],
          next: moreMemory(name, memory.limit),
        },
      ];
    },
  }),
  check({
    id: 'resources.pressure',
    layer: RESOURCES,
    about: 'All its tasks stand still for much of the time, for memory or for a disk.',
    needs: ['container', 'limits'],
    find: ({ container: { name }, limits: { pressure } }) =>
      (['memory', 'io'] as const).flatMap((resource): Finding[] => {
        const share = pressure?.[resource]?.full?.avg10 ?? 0;
        if (share < STALLED_PERCENT) return [];
        const waits = { memory: 'for memory to be freed', io: 'for a disk' }[resource];
        return [
          {
            severity: 'suspect',
            sentence: `for ${Math.round(share)} % of the last 10 seconds everything in "${name}" waited ${waits}`,
            evidence: [{ seen: `${resource}.pressure: full avg10=${share}`, command: limitsCommand(name) }],
            next: [{ what: 'see who does it', command: `dbg ps ${shellQuote(name)}` }],
          },
        ];
      }),
  }),
  check({
    id: 'resources.throttled',
    layer: RESOURCES,
    about: 'It has used up its CPU quota, and waits for most of the time.',
    needs: ['container', 'limits', 'throttling'],
    find: ({ container: { name }, limits: { cpu }, throttling }) => {
      if (throttling === undefined || throttling.periods < 2) return [];
      const { periods, throttled } = throttling;
      if (throttled < periods * MOSTLY_THROTTLED) return [];
      const quota = isNumber(cpu?.limitCpus) ? ` of ${cpu.limitCpus} CPUs` : '';
      return [
        {
          severity: 'suspect',
          sentence: `"${name}" is slowed down: in ${throttled} of the last ${periods} periods it had used up its quota${quota} and waited`,
          evidence: [
            {
              seen: `nr_throttled +${throttled}, nr_periods +${periods} while dbg looked`,
              command: limitsCommand(name),
            },
          ],
          next: [{ what: 'give it more', command: `docker update --cpus 2 ${shellQuote(name)}` }],
        },
      ];
    },
  }),
  check({
    id: 'resources.pids',
    layer: RESOURCES,
    about: 'It is, or was, at its limit of processes and threads.',
    needs: ['container', 'limits'],
    find: ({ container: { name }, limits: { pids } }) => {
      if (pids === undefined || !isNumber(pids.limit)) return [];
      const { used, limit, limitHits = 0 } = pids;
      const isFull = used >= limit;
      if (!isFull && limitHits === 0) return [];
      const failed = `${counted(limitHits, 'fork')} failed for it`;
      const soFar = limitHits === 0 ? '' : `, and ${failed}`;
      return [
        {
          // A container at its limit of which no fork failed may have been given just what it
          // needs.
          severity: isFull && limitHits > 0 ? 'broken' : 'suspect',
          sentence: isFull
            ? `"${name}" has ${used} of at most ${limit} processes and threads: no other can start${soFar}`
            : `"${name}" was at its limit of ${limit} processes and threads before: ${failed}; now it has ${used}`,
          evidence: [
            { seen: `pids.current ${used}, pids.max ${limit}, max ${limitHits}`, command: limitsCommand(name) },
          ],
          next: [{ what: 'allow it more', command: `docker update --pids-limit ${limit * 2} ${shellQuote(name)}` }],
        },
      ];
    },
  }),
  check({
    id: 'resources.open-files',
    layer: RESOURCES,
    about: 'One of its processes has as many files open as it may, or nearly.',
    needs: ['container', 'limits'],
    find: ({ container: { name }, limits: { openFiles } }) => {
      if (openFiles === undefined || openFiles.limit === null) return [];
      const { pid, command, used, limit } = openFiles;
      if (used < limit * NEAR) return [];
      const isFull = used >= limit;
      return [
        {
          severity: isFull ? 'broken' : 'suspect',
          sentence: `process ${pid} (${command}) of "${name}" has ${used} of at most ${limit} files open${isFull ? ': it can open no other, nor take a connection' : ''}`,
          evidence: [{ seen: `Max open files ${limit}`, command: `cat /proc/${pid}/limits; ls -l /proc/${pid}/fd` }],
          next: [
            { what: 'see which', command: `ls -l /proc/${pid}/fd` },
            { what: 'allow it more, at its next start', command: `docker run --ulimit nofile=${limit * 2} …` },
          ],
        },
      ];
    },
  }),
  check({
    id: 'resources.log',
    layer: RESOURCES,
    about: 'The file in which the engine keeps its log is large.',
    needs: ['container', 'inspection', 'logSize'],
    find: ({ container: { name }, inspection: { logPath }, logSize }) =>
      logSize === undefined || logSize < LARGE_LOG
        ? []
        : [
            {
              severity: 'suspect',
              sentence: `the log of "${name}" is a file of ${binarySize(logSize)} on the engine's disk`,
              evidence: [{ seen: binarySize(logSize), command: `ls -lh ${shellQuote(logPath)}` }],
              next: [
                {
                  what: 'limit it, at its next start',
                  command: 'docker run --log-opt max-size=50m --log-opt max-file=3 …',
                },
              ],
            },
          ],
  }),
] as const;

const moreMemory = (name: string, limit: number | null | undefined) =>
  isNumber(limit)
    ? [
        {
          what: 'give it more',
          command: `docker update --memory ${limit * 2} --memory-swap ${limit * 2} ${shellQuote(name)}`,
        },
      ]
    : [{ what: 'see what takes it', command: `dbg ps ${shellQuote(name)}` }];
