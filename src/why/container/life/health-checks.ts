import { shellLine, shellQuote } from '../../../text.ts';
import type { Health } from '../../../engine/inspection.ts';
import { checkOf } from '../../check.ts';
import type { Evidence } from '../../finding.ts';
import type { ContainerFacts } from '../facts.ts';
import { cut, inspectCommand } from './life-words.ts';

const check = checkOf<ContainerFacts>();
const layer = 'life';
const needs = ['container', 'inspection'] as const;

/** The last three lines of a health check's output, as evidence. */
function outputSeen(name: string, { output, exitCode }: Health): Evidence[] {
  const command = inspectCommand(name, '{{json .State.Health.Log}}');
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const said = lines.slice(-3).map((line) => ({ seen: `it said: ${cut(line)}`, command }));
  const code = exitCode === undefined ? 'no exit code' : `exit code ${exitCode}`;
  return said.length > 0 ? said : [{ seen: `${code}, and it said nothing`, command }];
}

/**
 * The program of a health check that is missing or may not be executed, by the messages of the
 * engine or a shell. undefined where that is not the case.
 */
function missingProgram({ exitCode, output }: Health): string | undefined {
  const byEngine = /exec: "([^"]+)"/.exec(output)?.[1];
  if (byEngine !== undefined) return byEngine;
  if (exitCode !== 126 && exitCode !== 127) return undefined;
  const byShell = /sh: (?:(?:line )?\d+: )?([^:\n]+): (?:not found|command not found|[Pp]ermission denied)/.exec(
    output,
  );
  return byShell?.[1] ?? 'a program that it calls';
}

/** The command line that runs the health check by hand. */
function byHand(name: string, [kind, ...words]: readonly string[]) {
  const argv = kind === 'CMD-SHELL' ? ['sh', '-c', ...words] : words;
  return [{ what: 'run the check by hand', command: shellLine(['docker', 'exec', name, ...argv]) }];
}

export const HEALTH_CHECKS = [
  check({
    id: 'life.health-program-missing',
    layer,
    about: 'Its health check cannot be run: the program is not in the image, or may not be executed.',
    needs,
    find: ({ container: { name, state }, inspection: { health, healthCommand } }) => {
      if (state.pid === 0 || !health || health.failures === 0) return [];
      const program = missingProgram(health);
      if (program === undefined) return [];
      return [
        {
          severity: 'broken',
          sentence: `the health check of "${name}" cannot run: it has no ${program}, or may not execute it; it has failed ${health.failures} times`,
          evidence: outputSeen(name, health),
          next: byHand(name, healthCommand),
        },
      ];
    },
  }),
  check({
    id: 'life.unhealthy',
    layer,
    about: 'Its health check fails: how often, and what it said last.',
    needs,
    find: ({ container: { name, state }, inspection: { health, healthCommand } }) => {
      if (state.pid === 0 || health?.status !== 'unhealthy' || missingProgram(health) !== undefined) return [];
      const code = health.exitCode === undefined ? '' : `, last with exit code ${health.exitCode}`;
      return [
        {
          severity: 'broken',
          sentence: `"${name}" is unhealthy: its health check has failed ${health.failures} times in a row${code}`,
          evidence: outputSeen(name, health),
          next: byHand(name, healthCommand),
        },
      ];
    },
  }),
  check({
    id: 'life.not-yet-healthy',
    layer,
    about: 'Its health check has not passed yet.',
    needs,
    find: ({ container: { name, state }, inspection: { health } }) => {
      if (state.pid === 0 || health?.status !== 'starting' || missingProgram(health) !== undefined) return [];
      const failures = health.failures === 0 ? '' : `, and has failed ${health.failures} times`;
      return [
        {
          severity: 'note',
          sentence: `the health check of "${name}" has not passed yet${failures}`,
          evidence: [{ seen: health.status, command: `docker ps --filter name=${shellQuote(name)}` }],
          next: [],
        },
      ];
    },
  }),
] as const;
