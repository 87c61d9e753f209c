import type { Context } from '../context.ts';
import { DbgError, EXIT } from '../errors.ts';
import { isPaused, pausedText } from '../enter/paused.ts';
import { nameOf, type Subject, subjectOf, subjectOfPid } from '../process/subject.ts';
import { escapeControls } from '../text.ts';
import { failureText } from '../ui/failure.ts';
import { json } from '../ui/table.ts';
import { containersArgument } from './arguments/verb-argument.ts';
import { addPid, type PidOption, refuseBoth } from './arguments/by-pid.ts';
import {
  addSelection,
  chosenTargets,
  namesIn,
  requireContainers,
  selects,
  type Selecting,
} from './arguments/chosen-containers.ts';
import { asRoot } from './root.ts';
import type { Verb } from './verb.ts';

export interface LookOptions extends PidOption, Selecting {
  readonly json?: boolean;
}

/** What a look at one container gives. */
export interface Answer {
  /** for stderr; that the container is paused is said besides */
  readonly notes?: string;
  /** for `--json`, after the keys that each answer begins with (subjectRecord) */
  readonly record: object;
  readonly text: string;
}

/** Adds what the verbs that look at containers share: the ways to name containers, and `--json`. */
export function addLook<V extends Verb>(verb: V): V {
  verb.asksSeveral('rows').addArgument(containersArgument());
  return addSelection(addPid(verb, '; no engine is asked')).option('--json', 'the result as JSON');
}

/**
 * Looks at each container that the person named, selected or picks, as root where that is needed,
 * and prints what is found. Several containers get a heading each; as JSON they are a list. A
 * container that ends meanwhile is told, and the others are looked at all the same. Gives the exit
 * code.
 * @param needsRoot false: what is read is open to every user of this host
 */
export async function lookAtEach(
  ctx: Context,
  ref: string | undefined,
  options: LookOptions,
  look: (subject: Subject) => Promise<Answer>,
  needsRoot = true,
): Promise<number> {
  refuseBoth(ref, options);
  const names = namesIn(ref);
  if (options.pid === undefined) requireContainers(ctx, names, options);
  const show = async () => {
    if (options.pid !== undefined) return showOne(ctx, subjectOfPid(ctx.host, options.pid), options, look);
    const targets = await chosenTargets(ctx, names, options);
    const [first, ...others] = targets;
    if (others.length === 0 && !isList(names, options)) return showOne(ctx, subjectOf(ctx.host, first!), options, look);
    return showSeveral(
      ctx,
      targets.map((target) => () => subjectOf(ctx.host, target)),
      options,
      look,
    );
  };
  return needsRoot ? asRoot(ctx, show) : show();
}

/** Whether several containers may be meant. Then the answer is a list, however many there are. */
const isList = (names: readonly string[], selection: Selecting) => names.length > 1 || selects(selection);

type Look = (subject: Subject) => Promise<Answer>;

async function showOne(ctx: Context, subject: Subject, options: LookOptions, look: Look): Promise<number> {
  const answer = await look(subject);
  const paused = isPaused(ctx.host, subject);
  ctx.stderr.write(pausedNote(subject, paused) + (answer.notes ?? ''));
  ctx.stdout.write(options.json ? json({ ...subjectRecord(subject, paused), ...answer.record }) : answer.text);
  return 0;
}

async function showSeveral(
  ctx: Context,
  subjects: readonly (() => Subject)[],
  options: LookOptions,
  look: Look,
): Promise<number> {
  const records: object[] = [];
  let exitCode = 0;
  for (const subjectNow of subjects) {
    try {
      const subject = subjectNow();
      const answer = await look(subject);
      const paused = isPaused(ctx.host, subject);
      ctx.stderr.write(pausedNote(subject, paused) + (answer.notes ?? ''));
      records.push({ ...subjectRecord(subject, paused), ...answer.record });
      const heading = `${records.length > 1 ? '\n' : ''}==> ${escapeControls(nameOf(subject))} <==\n`;
      if (!options.json) ctx.stdout.write(`${heading}${answer.text}`);
    } catch (error) {
      if (!(error instanceof DbgError)) throw error;
      ctx.stderr.write(failureText(error.message, error.next));
      exitCode = EXIT.failed;
    }
  }
  if (options.json) ctx.stdout.write(json(records));
  return exitCode;
}

/** The keys that each `--json` answer begins with. */
export const subjectRecord = ({ id, name, pid }: Subject, paused: boolean) => ({
  container: name ?? null,
  id,
  pid,
  paused,
});

const pausedNote = (subject: Subject, paused: boolean) => (paused ? pausedText(nameOf(subject)) : '');
