import { DbgError } from '../errors.ts';
import { shellQuote } from '../text.ts';
import type { Entry } from './nsenter.ts';
import type { Host } from '../host/host.ts';
import { goneError, hasEnded, type Target } from './target.ts';

/**
 * What became of an entry, as entry.sh and join.pl tell it: "entered" when the tool began,
 * otherwise the step that failed.
 */
export type EntryOutcome = 'entered' | 'gone' | 'other' | 'cgroup' | 'view' | 'last' | 'dir';

/**
 * The error for an entry that ended before its program began; undefined when the program ran, or
 * when a signal ended the entry first.
 * @param report what nsenter, unshare and mount have said, and then the word of the entry script;
 * the word is missing when one of these failed before it
 */
export function entryFailure(
  host: Pick<Host, 'read'>,
  report: string,
  exitCode: number,
  target: Target,
  entry: Entry,
): DbgError | undefined {
  const [, said = '', outcome, why] = OUTCOME.exec(report) ?? [undefined, report];
  if (outcome === ('entered' satisfies EntryOutcome)) return undefined;
  // A signal ended the entry. One signal is no person's: when a pid namespace ends, the kernel
  // sends SIGKILL to all that is in it.
  if (exitCode > 128 && !(exitCode === 137 && hasEnded(host, target))) return undefined;
  const name = shellQuote(target.container.name);
  const nothingRun = 'nothing was run';
  const lookAgain = { what: 'look', command: `docker ps -a --filter name=${name}` };
  const withoutView = { what: "with the host's /sys and resolv.conf", command: `dbg … --host-view ${name} …` };
  const because = reasonIn(said);
  // The container has ended: its namespaces went away during the step that failed, as in a crash
  // loop.
  const isCause = outcome !== 'other' && hasEnded(host, target);
  switch (isCause ? 'gone' : (outcome as EntryOutcome)) {
    case 'gone':
      return goneError(target);
    case 'other':
      return new DbgError(`process ${target.pid} does not belong to "${target.container.name}"; ${nothingRun}`, {
        next: [lookAgain],
      });
    case 'cgroup':
      return new DbgError(`the cgroup of "${target.container.name}" could not be joined${because}; ${nothingRun}`, {
        next: [{ what: 'without its cgroup', command: `dbg … --no-cgroup ${name} …` }],
      });
    case 'dir':
      return new DbgError(
        `there is no directory ${entry.directory.replace(/^\.\//, '')}${isMissing(why) ? '' : ` to go to (${why})`}; ${nothingRun}`,
        {
          next: [{ what: 'start in another one', command: `dbg … --workdir / ${name} …` }],
        },
      );
    case 'last':
      return new DbgError(`"${target.container.name}" could not be entered (${why}); ${nothingRun}`, {
        next: [lookAgain],
      });
    case 'view':
      return new DbgError(`this host refused a mount that the container's view needs${because}; ${nothingRun}`, {
        next: [withoutView],
      });
    default:
      return new DbgError(`"${target.container.name}" could not be entered${because}; ${nothingRun}`, {
        next: entry.view ? [withoutView, lookAgain] : [lookAgain],
      });
  }
}

/** A reason may have line feeds, as it can name a directory. */
const OUTCOME = /^([^]*?)(?:^|(?<=\n))(entered|gone|other|cgroup|view|last|dir)(?: ([^]*))?$/;

/**
 * The last message, in brackets; empty when there is none. The second line of a message of mount(8)
 * is indented and says nothing more, so it is skipped.
 */
function reasonIn(said: string): string {
  const last = said.split('\n').findLast((line) => /^\S/.test(line));
  return last === undefined ? '' : ` (${last})`;
}

const isMissing = (why = '') => why === '' || why.endsWith('No such file or directory');
