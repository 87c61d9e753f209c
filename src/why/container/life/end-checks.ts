import { duration, shellQuote } from '../../../text.ts';
import { checkOf } from '../../check.ts';
import type { Finding } from '../../finding.ts';
import type { ContainerFacts } from '../facts.ts';
import { deaths, endOf, lastEnding, wasAskedFor } from './ending.ts';
import { hasGivenUp, isLooping } from './loop-checks.ts';
import { CRASHES, eventsSeen, exitText, inspectCommand, lastWordsSeen, signalOf } from './life-words.ts';

const check = checkOf<ContainerFacts>();
const layer = 'life';

const logsNext = (name: string): Finding['next'] => [
  { what: 'what it said', command: `docker logs --tail 50 ${shellQuote(name)}` },
];

/**
 * How long an out-of-memory kill is still reported of a container that runs again, in ms.
 */
const RECENT_MS = 600_000;

export const END_CHECKS = [
  check({
    id: 'life.oom',
    layer,
    about: 'The kernel killed it because it was out of memory.',
    needs: ['container', 'inspection', 'history', 'now'],
    find: ({ container, inspection: { memoryBytes }, history, now }) => {
      const { name, state } = container;
      const ending = lastEnding(container, history);
      if (!ending?.isOutOfMemory || wasAskedFor(ending)) return [];
      if (state.pid > 0 && now - ending.at > RECENT_MS) return [];
      const limit =
        memoryBytes === null ? 'it has no memory limit of its own' : `its memory limit is ${memoryBytes / 2 ** 20} MiB`;
      const times = deaths(history).filter(({ isOutOfMemory }) => isOutOfMemory).length;
      const often = times > 1 ? `; the engine remembers ${times} such deaths` : '';
      const what = ending.exitCode === 137 ? `"${name}" was killed` : `a process of "${name}" was killed`;
      const more = memoryBytes === null ? 0 : (memoryBytes / 2 ** 20) * 2;
      const size = `${Math.ceil(more)}m`;
      const update = `docker update --memory ${size} --memory-swap ${size} ${shellQuote(name)}`;
      return [
        {
          severity: 'broken',
          sentence: `${what} because it was out of memory, ${duration(now - ending.at)} ago (exit code ${ending.exitCode}); ${limit}${often}`,
          evidence: [
            { seen: 'OOMKilled', command: inspectCommand(name, '{{.State.OOMKilled}} {{.HostConfig.Memory}}') },
          ],
          next: more > 0 ? [{ what: 'give it more, or see what takes it', command: update }] : [],
        },
      ];
    },
  }),
  check({
    id: 'life.killed',
    layer,
    about: 'Somebody killed it (SIGKILL, exit code 137), and it was not the engine.',
    needs: ['container', 'history', 'now'],
    find: (facts) => {
      const ending = endOf(facts);
      if (ending?.exitCode !== 137 || ending.isOutOfMemory || wasAskedFor(ending)) return [];
      const { name } = facts.container;
      const since = `${duration(facts.now - ending.at)} ago (exit code 137)`;
      const kernel = {
        what: 'was it the kernel, because the whole host was out of memory?',
        command: `journalctl -k --since -1h -g 'Killed process'`,
      };
      const isKnown = ending.by === 'nobody';
      return [
        {
          severity: isKnown ? 'broken' : 'suspect',
          sentence: isKnown
            ? `"${name}" was killed ${since}, and not by the engine: a program of the host did it, or the kernel, because the whole host was out of memory`
            : `"${name}" was killed ${since}; the engine no longer remembers by whom`,
          evidence: [eventsSeen(name, isKnown ? 'it died, and no "kill" came before' : 'no event of its end')],
          next: [kernel],
        },
      ];
    },
  }),
  check({
    id: 'life.crashed',
    layer,
    about: 'It crashed, by a signal that its own fault raised: exit code 139 (SIGSEGV), 134, 132, 135, 136, 159.',
    needs: ['container', 'history', 'now', 'lastWords'],
    find: (facts) => {
      const ending = endOf(facts);
      const signal = signalOf(ending?.exitCode ?? 0);
      if (!ending || signal === undefined || !CRASHES.includes(signal) || wasAskedFor(ending)) return [];
      const { name } = facts.container;
      return [
        {
          severity: 'broken',
          sentence: `"${name}" crashed ${duration(facts.now - ending.at)} ago: ${exitText(ending.exitCode)}`,
          evidence: [...lastWordsSeen(name, facts.lastWords)],
          next: [{ what: 'what the kernel says of it', command: `journalctl -k --since -1h -g segfault` }],
        },
      ];
    },
  }),
  check({
    id: 'life.exit-code',
    layer,
    about: 'It ended by itself with an exit code that is not 0: the code in words, and what it said last.',
    needs: ['container', 'inspection', 'history', 'now', 'lastWords'],
    find: (facts) => {
      const ending = endOf(facts);
      if (!ending || ending.exitCode === 0 || ending.isOutOfMemory || wasAskedFor(ending)) return [];
      const signal = signalOf(ending.exitCode) ?? 0;
      if (signal === 9 || CRASHES.includes(signal)) return [];
      if (isLooping(facts) || hasGivenUp(facts)) return [];
      const { name } = facts.container;
      // Somebody may have sent this signal past the engine.
      const isEnded = signal === 15 || signal === 2;
      return [
        {
          severity: isEnded ? 'suspect' : 'broken',
          sentence: `"${name}" ended ${duration(facts.now - ending.at)} ago with ${exitText(ending.exitCode)}`,
          evidence: [...lastWordsSeen(name, facts.lastWords)],
          next: logsNext(name),
        },
      ];
    },
  }),
] as const;
