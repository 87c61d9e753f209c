import { duration, shellQuote } from '../../../text.ts';
import { checkOf } from '../../check.ts';
import type { Finding } from '../../finding.ts';
import type { ContainerFacts } from '../facts.ts';
import { deaths, type Ending, lastEnding, wasAskedFor } from './ending.ts';
import { exitText, inspectCommand, lastWordsSeen, lifetime } from './life-words.ts';

const check = checkOf<ContainerFacts>();
const layer = 'life';
const needs = ['container', 'inspection', 'history', 'now', 'lastWords'] as const;
type LoopFacts = Pick<ContainerFacts, 'container' | 'inspection' | 'history' | 'now'>;

/**
 * Whether the engine starts the container again and again: it waits to do so, or it has done so
 * several times and recently.
 */
export function isLooping({ container: { state, restarts }, history, now }: LoopFacts): boolean {
  if (state.status === 'restarting') return true;
  if (state.pid === 0 || restarts === 0) return false;
  const ends = deaths(history).map(({ at }) => at);
  const [first = 0, last = 0] = [ends[0], ends.at(-1)];
  if (ends.length < FEW) return false;
  const between = (last - first) / (ends.length - 1);
  return now - last < Math.max(LATELY_MS, 3 * between);
}

const FEW = 3;
/**
 * The least time in which a restart counts as recent. The engine waits at most one minute before it
 * starts a container again.
 */
const LATELY_MS = 120_000;

/**
 * Whether the engine has restarted the container as often as its policy allows, and no longer does.
 */
export function hasGivenUp({ container, inspection, history }: Omit<LoopFacts, 'now'>): boolean {
  const { restartPolicy, mostRestarts } = inspection;
  const { state, restarts } = container;
  if (state.pid > 0 || state.status === 'restarting' || state.exitCode === 0) return false;
  const ending = lastEnding(container, history);
  if (restartPolicy !== 'on-failure' || mostRestarts === 0 || restarts < mostRestarts) return false;
  return ending !== undefined && !wasAskedFor(ending);
}

const policyText = ({ restartPolicy, mostRestarts }: ContainerFacts['inspection']) =>
  mostRestarts > 0 ? `${restartPolicy}:${mostRestarts}` : `${restartPolicy}, without a limit`;

const times = (amount: number, what: string) => `${amount} ${what}${amount === 1 ? '' : 's'}`;

const livedText = ({ livedMs }: Pick<Ending, 'livedMs'>) =>
  livedMs === undefined ? '' : `it lived for ${lifetime(livedMs)} and `;

/** How often the container died, and the commands that show it. */
function seen({ container: { name }, inspection, history, now }: LoopFacts): Finding['evidence'] {
  const ends = deaths(history);
  const command = `docker events --since 1h --until 0s --filter container=${shellQuote(name)} --filter event=die`;
  const policy = inspectCommand(name, '{{.RestartCount}} {{.HostConfig.RestartPolicy}}');
  return [
    ...(ends[0] ? [{ seen: `died ${times(ends.length, 'time')} in ${duration(now - ends[0].at)}`, command }] : []),
    { seen: `restart policy: ${policyText(inspection)}`, command: policy },
  ];
}

/**
 * A container that ends well after this time or longer counts as work that is repeated, not as a
 * failure. The engine uses the same time (moby, restartmanager).
 */
const WORK_MS = 10_000;

export const LOOP_CHECKS = [
  check({
    id: 'life.restart-loop',
    layer,
    about: 'It dies again and again: how often, how long it lived, with which exit code, and what its policy is.',
    needs,
    find: (facts) => {
      const { container, inspection, history, lastWords } = facts;
      const ending = lastEnding(container, history);
      if (!ending || !isLooping(facts)) return [];
      const { name, restarts } = container;
      const isWork = ending.exitCode === 0 && (ending.livedMs ?? 0) >= WORK_MS;
      const done = ending.exitCode === 0 ? ': its program does not keep running' : '';
      return [
        {
          severity: isWork ? 'suspect' : 'broken',
          sentence: `"${name}" dies again and again, ${times(restarts, 'restart')} so far: ${livedText(ending)}ended with ${exitText(ending.exitCode)}${done}; its restart policy is ${policyText(inspection)}`,
          evidence: [...seen(facts), ...lastWordsSeen(name, lastWords)],
          next: [{ what: 'stop it while you look', command: `docker stop ${shellQuote(name)}` }],
        },
      ];
    },
  }),
  check({
    id: 'life.gave-up',
    layer,
    about: 'It died again and again until the engine had restarted it as often as its policy says.',
    needs: ['container', 'inspection', 'history', 'now', 'lastWords'],
    find: (facts) => {
      const { container, inspection, history, lastWords } = facts;
      const ending = lastEnding(container, history);
      if (!ending || !hasGivenUp(facts)) return [];
      const { name, restarts } = container;
      return [
        {
          severity: 'broken',
          sentence: `"${name}" died after ${times(restarts, 'restart')}, and the engine restarts it no more (${policyText(inspection)}): ${livedText(ending)}ended with ${exitText(ending.exitCode)}`,
          evidence: [...seen(facts), ...lastWordsSeen(name, lastWords)],
          next: [{ what: 'once that is fixed', command: `docker start ${shellQuote(name)}` }],
        },
      ];
    },
  }),
] as const;
