import { duration, shellQuote } from '../../../text.ts';
import { checkOf } from '../../check.ts';
import type { ContainerFacts } from '../facts.ts';
import { endOf, wasAskedFor } from './ending.ts';
import { isLooping } from './loop-checks.ts';
import { eventsSeen, exitText, inspectCommand, signalName } from './life-words.ts';

const check = checkOf<ContainerFacts>();
const layer = 'life';

export const WELL_ENDED_CHECKS = [
  check({
    id: 'life.stopped',
    layer,
    about: 'Somebody stopped it, by docker stop or docker kill.',
    needs: ['container', 'history', 'now'],
    find: (facts) => {
      const ending = endOf(facts);
      if (!ending || !wasAskedFor(ending)) return [];
      const { name } = facts.container;
      const { signals, by, exitCode, patienceMs } = ending;
      const isImpatient = signals.length > 1 && signals.at(-1) === 9;
      const patience = isImpatient
        ? `, after ${duration(patienceMs)} in which it did not heed ${signalName(signals[0]!)}`
        : '';
      const sent = signals.length > 0 ? ` (${signals.map(signalName).join(', ')})` : '';
      const words = exitText(exitCode);
      return [
        {
          severity: 'note',
          sentence: `"${name}" was stopped ${duration(facts.now - ending.at)} ago by docker ${by}${patience}: ${words}`,
          evidence: [eventsSeen(name, `${by}${sent}, die`)],
          next: [{ what: 'start it', command: `docker start ${shellQuote(name)}` }],
        },
      ];
    },
  }),
  check({
    id: 'life.ended',
    layer,
    about: 'It ended by itself with exit code 0: its work was done.',
    needs: ['container', 'inspection', 'history', 'now'],
    find: (facts) => {
      const ending = endOf(facts);
      if (ending?.exitCode !== 0 || wasAskedFor(ending) || ending.isOutOfMemory || isLooping(facts)) return [];
      const { name } = facts.container;
      return [
        {
          severity: 'note',
          sentence: `"${name}" ended ${duration(facts.now - ending.at)} ago by itself with exit code 0: its program was done`,
          evidence: [{ seen: 'exit code 0', command: inspectCommand(name, '{{.State.ExitCode}}') }],
          next: [{ what: 'start it', command: `docker start ${shellQuote(name)}` }],
        },
      ];
    },
  }),
] as const;
