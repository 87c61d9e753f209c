import { expect, test } from 'vitest';
import { entryFailure } from '../../../src/enter/outcome.ts';
import { type Entry, plainEntry } from '../../../src/enter/nsenter.ts';
import { container, fakeHost } from '../fakes.ts';

const target = { container: container({ name: 'my web' }), pid: 1234, startTime: '4242' };
const VIEW: Entry = {
  ...plainEntry(),
  view: { fstab: '', nsswitch: undefined, changed: [] } as unknown as Entry['view'] & {},
};
const IN: Entry = { ...plainEntry(), directory: './data/..' };

/**
 * What is said of an entry that ended so; the process is still there unless it is said otherwise.
 */
function failure(report: string, { entry = plainEntry(), exitCode = 125, hasEnded = false } = {}) {
  const host = hasEnded ? fakeHost({ files: {} }) : fakeHost();
  const found = entryFailure(host, report, exitCode, target, entry);
  return found && [found.message, ...found.next.map(({ what, command }) => `${what}: ${command}`)];
}

const LOOK = "look: docker ps -a --filter name='my web'";
const WITHOUT_VIEW = "with the host's /sys and resolv.conf: dbg … --host-view 'my web' …";

test.each([
  ['gone', {}, ['"my web" ended or was restarted just now; nothing was run', LOOK]],
  ['other', {}, ['process 1234 does not belong to "my web"; nothing was run', LOOK]],
  ['other', { hasEnded: true }, ['process 1234 does not belong to "my web"; nothing was run', LOOK]],
  [
    'cgroup',
    {},
    ['the cgroup of "my web" could not be joined; nothing was run', "without its cgroup: dbg … --no-cgroup 'my web' …"],
  ],
  [
    'dir',
    { entry: IN },
    ['there is no directory data/..; nothing was run', "start in another one: dbg … --workdir / 'my web' …"],
  ],
  [
    'dir No such file or directory',
    {},
    ['there is no directory /; nothing was run', "start in another one: dbg … --workdir / 'my web' …"],
  ],
  [
    'dir Permission denied',
    {},
    [
      'there is no directory / to go to (Permission denied); nothing was run',
      "start in another one: dbg … --workdir / 'my web' …",
    ],
  ],
  ['last setns: x\ny', {}, ['"my web" could not be entered (setns: x\ny); nothing was run', LOOK]],
  ['view', {}, ["this host refused a mount that the container's view needs; nothing was run", WITHOUT_VIEW]],
  ['', {}, ['"my web" could not be entered; nothing was run', LOOK]],
  ['', { entry: VIEW }, ['"my web" could not be entered; nothing was run', WITHOUT_VIEW, LOOK]],
  ['last x', { hasEnded: true }, ['"my web" ended or was restarted just now; nothing was run', LOOK]],
  ['', { exitCode: 128 }, ['"my web" could not be entered; nothing was run', LOOK]],
] as const)('%j %j', (report, how, expected) => expect(failure(report, how)).toEqual(expected));

test('a tool that began, or a signal that ended the entry, is no failure of the entry', () => {
  expect(failure('entered', { exitCode: 1 })).toBeUndefined();
  expect(failure('', { exitCode: 129 })).toBeUndefined();
});
