import { shellQuote } from '../../../text.ts';
import type { Evidence, Finding } from '../../finding.ts';
import type { ContainerFacts } from '../facts.ts';
import { lastEnding, wasAskedFor } from './ending.ts';
import type { EntryStep } from './entry-point.ts';
import { errorOf } from './start-checks.ts';
import { cut, exitText, inspectCommand } from './life-words.ts';

export const needs = ['container', 'history', 'lastWords', 'entry'] as const;
type EntryFacts = Pick<ContainerFacts, (typeof needs)[number]>;

/**
 * The exit codes of runc and of an init in a container when the kernel refuses to run a program.
 */
const REFUSED = [1, 126, 127, 128, 255];
/** How long such a run may last on a busy machine, in ms. */
const AT_ONCE_MS = 5_000;
/** What runc writes into the container's log: the first form since 1.1, the second before. */
export const EXEC_FAILED = /^exec \S+: |exec user process caused/;

/**
 * The files that the program needs, where the program could not be run. Empty where it was run: for
 * one, a program that lived for a while.
 */
export function stepsThatFailed({ container, history, entry }: EntryFacts): readonly EntryStep[] {
  if (entry === undefined) return [];
  if (errorOf({ container }) !== '') return entry.steps;
  const ending = lastEnding(container, history);
  if (!ending || wasAskedFor(ending) || !REFUSED.includes(ending.exitCode)) return [];
  return (ending.livedMs ?? 0) < AT_ONCE_MS ? entry.steps : [];
}

export const cannotRun = (facts: EntryFacts, sentence: string, seen: string, next: Finding['next'] = []): Finding => ({
  severity: 'broken',
  sentence,
  evidence: [
    { seen, command: inspectCommand(facts.container.name, '{{.Path}} {{json .Args}}') },
    ...refusalSeen(facts),
  ],
  next,
});

/** What the engine, or runc in the container's log, says about the refusal. */
function refusalSeen({ container, history, lastWords }: EntryFacts): Evidence[] {
  const { name } = container;
  const error = errorOf({ container });
  if (error !== '') return [{ seen: error, command: inspectCommand(name, '{{.State.Error}}') }];
  const line = lastWords.lines.find((each) => EXEC_FAILED.test(each));
  if (line !== undefined) return [{ seen: cut(line), command: `docker logs --tail 5 ${shellQuote(name)}` }];
  const ending = lastEnding(container, history);
  const command = inspectCommand(name, '{{.State.ExitCode}}');
  return ending ? [{ seen: exitText(ending.exitCode), command }] : [];
}
