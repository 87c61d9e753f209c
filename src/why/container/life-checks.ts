import { checkOf } from '../check.ts';
import { duration, shellQuote } from '../../text.ts';
import type { ContainerFacts } from './facts.ts';

const check = checkOf<ContainerFacts>();
const LIFE = 'life';
const inspectCommand = (name: string, format: string) => `docker inspect -f '${format}' ${shellQuote(name)}`;

/** What ended a container, or keeps it from living: in causal order. */
export const LIFE_CHECKS = [
  check({
    id: 'life.start-failed',
    layer: LIFE,
    about: 'The engine could not start it, and says why.',
    needs: ['container'],
    find: ({ container: { name, state } }) =>
      state.error === '' || state.pid > 0
        ? []
        : [
            {
              severity: 'broken',
              sentence: `the engine cannot start "${name}": ${state.error}`,
              evidence: [{ seen: state.error, command: inspectCommand(name, '{{.State.Error}}') }],
              next: [{ what: 'once that is mended', command: `docker start ${shellQuote(name)}` }],
            },
          ],
  }),
  check({
    id: 'life.oom',
    layer: LIFE,
    about: 'The kernel killed it for want of memory within its limit.',
    needs: ['container', 'inspection', 'now'],
    find: ({ container: { name, state }, inspection: { memoryBytes }, now }) => {
      if (!state.oomKilled) return [];
      const limit = memoryBytes === null ? 'no limit of its own' : `its limit of ${memoryBytes / 2 ** 20} MiB`;
      const ago = state.finishedAt === undefined ? '' : ` ${duration(now - state.finishedAt)} ago`;
      return [
        {
          severity: 'broken',
          sentence: `"${name}" was killed for want of memory${ago}, with ${limit} (exit code ${state.exitCode})`,
          evidence: [
            { seen: 'OOMKilled: true', command: inspectCommand(name, '{{.State.OOMKilled}} {{.HostConfig.Memory}}') },
          ],
          next: [
            { what: 'give it more', command: `docker update --memory 512m --memory-swap 512m ${shellQuote(name)}` },
          ],
        },
      ];
    },
  }),
] as const;
