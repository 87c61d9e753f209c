import { duration, shellQuote } from '../../../text.ts';
import { checkOf } from '../../check.ts';
import type { ContainerFacts } from '../facts.ts';
import { inspectCommand } from './life-words.ts';

const check = checkOf<ContainerFacts>();
const layer = 'life';
const status = (name: string, seen: string) => [{ seen, command: inspectCommand(name, '{{.State.Status}}') }];

export const STATE_CHECKS = [
  check({
    id: 'life.dead',
    layer,
    about: 'The engine could not remove it entirely, or is still removing it.',
    needs: ['container'],
    find: ({ container: { name, state } }) => {
      const next = [{ what: 'remove what is left', command: `docker rm -f ${shellQuote(name)}` }];
      if (state.status === 'dead')
        return [
          {
            severity: 'broken',
            sentence: `"${name}" is dead: the engine could not remove it entirely, and it cannot be started`,
            evidence: status(name, state.status),
            next,
          },
        ];
      if (state.status !== 'removing') return [];
      const sentence = `"${name}" is being removed`;
      return [{ severity: 'suspect', sentence, evidence: status(name, state.status), next }];
    },
  }),
  check({
    id: 'life.never-started',
    layer,
    about: 'It was created, and never started.',
    needs: ['container', 'inspection', 'now'],
    find: ({ container: { name, state }, inspection: { createdAt }, now }) => {
      if (state.status !== 'created' || state.error !== '') return [];
      const ago = createdAt === undefined ? '' : ` ${duration(now - createdAt)} ago`;
      return [
        {
          severity: 'suspect',
          sentence: `"${name}" was created${ago} and never started`,
          evidence: status(name, state.status),
          next: [{ what: 'start it', command: `docker start ${shellQuote(name)}` }],
        },
      ];
    },
  }),
  check({
    id: 'life.paused',
    layer,
    about: 'Somebody paused it: its processes stand still, and nothing answers.',
    needs: ['container', 'history', 'now'],
    find: ({ container: { name, state }, history, now }) => {
      if (state.status !== 'paused') return [];
      const paused = history.findLast(({ action }) => action === 'pause')?.time;
      const since = paused === undefined ? '' : ` for ${duration(now - paused)}`;
      return [
        {
          severity: 'broken',
          sentence: `"${name}" has been paused${since}: all of its processes stand still`,
          evidence: status(name, state.status),
          next: [{ what: 'let it go on', command: `docker unpause ${shellQuote(name)}` }],
        },
      ];
    },
  }),
] as const;
