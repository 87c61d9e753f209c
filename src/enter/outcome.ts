import { DbgError } from '../errors.ts';
import { shellQuote } from '../text.ts';
import type { Entry } from './nsenter.ts';
import type { Host } from '../host/host.ts';
import { hasEnded, type Target } from './target.ts';

/** How an entry ended before its tool began, as entry.sh and join.pl tell it; "entered" when it did begin. */
export type EntryOutcome = 'entered' | 'gone' | 'other' | 'cgroup' | 'view' | 'last' | 'dir';

/**
 * The error for an entry that ended before its program began; undefined when the program ran, or a signal ended the entry first.
 * @param report what the entry script told; nothing when nsenter or unshare failed before it
 */
export function entryFailure(
  host: Pick<Host, 'read'>,
  report: string,
  exitCode: number,
  target: Target,
  entry: Entry,
): DbgError | undefined {
  if (report === ('entered' satisfies EntryOutcome) || exitCode > 128) return undefined;
  const name = shellQuote(target.container.name);
  const nothingRun = 'nothing was run';
  const lookAgain = { what: 'look', command: `docker ps -a --filter name=${name}` };
  const withoutView = { what: "with the host's /sys and resolv.conf", command: `dbg … --host-view ${name} …` };
  const [, outcome, why] = /^(\w*) ?(.*)$/s.exec(report) ?? [];
  // Whichever step it was that failed, its namespaces went away under it: as in a crash loop.
  const isCause = outcome !== 'other' && hasEnded(host, target);
  switch (isCause ? 'gone' : (outcome as EntryOutcome)) {
    case 'gone':
      return new DbgError(`"${target.container.name}" ended or was restarted just now; ${nothingRun}`, {
        next: [lookAgain],
      });
    case 'other':
      return new DbgError(`process ${target.pid} is not one of "${target.container.name}"; ${nothingRun}`, {
        next: [lookAgain],
      });
    case 'cgroup':
      return new DbgError(`its cgroup could not be joined; ${nothingRun}`, {
        next: [{ what: 'without', command: `dbg … --no-cgroup ${name} …` }],
      });
    case 'dir':
      return new DbgError(
        `there is no directory ${entry.directory.replace(/^\.\//, '')}${isMissing(why) ? '' : ` to go to (${why})`}; ${nothingRun}`,
        {
          next: [{ what: 'elsewhere', command: `dbg … --workdir / ${name} …` }],
        },
      );
    case 'last':
      return new DbgError(`"${target.container.name}" could not be entered (${why}); ${nothingRun}`, {
        next: [lookAgain],
      });
    case 'view':
      return new DbgError(`this host refused a mount that the container's view needs; ${nothingRun}`, {
        next: [withoutView],
      });
    default:
      return new DbgError(`"${target.container.name}" could not be entered; ${nothingRun}`, {
        next: entry.view ? [withoutView, lookAgain] : [lookAgain],
      });
  }
}

const isMissing = (why = '') => why === '' || why.endsWith('No such file or directory');
