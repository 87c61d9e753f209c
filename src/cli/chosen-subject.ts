import { Option, type Command } from 'commander';
import type { Context } from '../context.ts';
import { DbgError, EXIT } from '../errors.ts';
import { nameOf, subjectOf, subjectOfPid, type Subject } from '../process/subject.ts';
import { escapeControls, shellQuote } from '../text.ts';
import { chosenTarget, requireContainer } from './chosen-container.ts';
import { asRoot } from './root.ts';

/** What `ns`, `ps` and `limits` are asked: a container, or a process of one, for when the engine does not answer. */
export interface SubjectOptions {
  readonly pid?: number;
  readonly json?: boolean;
}

/** The argument and the options that these verbs share. */
export function withSubject<C extends Command>(command: C): C {
  return command
    .argument('[ctr]', 'name, id or an unambiguous prefix; left out on a terminal, dbg asks')
    .addOption(
      new Option('--pid <pid>', 'the container that this process of the host is in; no engine is asked').argParser(
        pidOf,
      ),
    )
    .option('--json', 'the result as JSON');
}

/** Does something with the container that is meant, as root where that is needed, and gives its exit code. */
export async function withChosenSubject(
  ctx: Context,
  ref: string | undefined,
  { pid }: SubjectOptions,
  act: (subject: Subject) => Promise<number>,
  needsRoot = true,
): Promise<number> {
  if (pid === undefined) requireContainer(ctx, ref);
  else if (ref !== undefined) {
    throw new DbgError(`"${ref}" and --pid ${pid}: name the container or one of its processes, not both`, {
      exitCode: EXIT.usage,
    });
  }
  const actOnIt = async () =>
    act(pid === undefined ? subjectOf(ctx.host, await chosenTarget(ctx, ref)) : subjectOfPid(ctx.host, pid));
  return needsRoot ? asRoot(ctx, actOnIt) : actOnIt();
}

/** What each of their `--json` answers begins with. */
export const subjectRecord = ({ id, name, pid }: Subject, paused: boolean) => ({
  container: name ?? null,
  id,
  pid,
  paused,
});

/** The line that says that a container is paused, and what to type; nothing when it is not. */
export function pausedText(subject: Subject, paused: boolean): string {
  if (!paused) return '';
  const name = nameOf(subject);
  const line = `${name} is paused: its processes stand still; they go on by  docker unpause ${shellQuote(name)}`;
  return `dbg: ${escapeControls(line)}\n`;
}

function pidOf(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new DbgError(`--pid ${text}: not the number of a process`, {
    exitCode: EXIT.usage,
    next: [{ what: 'see what runs', command: 'ps -e' }],
  });
}
