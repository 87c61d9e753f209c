import { describe, expect, test } from 'vitest';
import type { DbgError } from '../../../../src/errors.ts';
import type { Host } from '../../../../src/host/host.ts';
import { makeCuts, undoCuts } from '../../../../src/network/cut/make.ts';
import { planCuts, undoArgv } from '../../../../src/network/cut/cut-plan.ts';
import { HOST_NETNS } from '../../../../src/network/netns-path.ts';
import { fakeHost, fakeNotes, link } from '../../fakes.ts';
import { atOwn, atPeer, ways } from './fixtures.ts';

/** What a guard says at once, and what it has said when it has ended; it ends by itself, or once it is released. */
interface Guard {
  readonly said: string;
  readonly ended: string;
  readonly endsItself?: boolean;
}
const GOOD: Guard = { said: 'ok', ended: 'ok\nundone\n' };
const KEPT: Guard = { said: 'ok', ended: 'ok\nkept\n' };
const KILLED: Guard = { said: 'ok', ended: 'ok\n', endsItself: true };
const failed = (why: string): Guard => ({ said: `failed ${why}`, ended: `failed ${why}\n`, endsItself: true });

const cuts = ['veth102', 'veth103'].flatMap((name, at) =>
  planCuts(atPeer({ name, ifindex: 102 + at }), atOwn().at, {
    ways: ways({ down: true }),
    milliseconds: undefined,
    by: 'ann',
    now: 0,
    id: '0123abcd',
  }),
);

function hostWith(guards: readonly Guard[], refuse: (argv: readonly string[]) => boolean = () => false) {
  const held: (readonly string[])[] = [];
  const released: string[] = [];
  const ran: (readonly string[])[] = [];
  const host: Host = {
    ...fakeHost(),
    hold: (argv) => {
      const at = held.push(argv) - 1;
      const { said, ended, endsItself } = guards[at]!;
      let end = () => undefined as void;
      const done = new Promise<string>((resolve) => (end = () => resolve(ended)));
      if (endsItself) end();
      return {
        said: Promise.resolve(said),
        ended: done,
        isStopped: () => true,
        kill: () => end(),
        release: (word) => {
          released.push(`${at}${word === undefined ? '' : ` ${word}`}`);
          end();
        },
        onEvent: () => undefined,
      };
    },
    output: async (argv) => {
      ran.push(argv);
      if (refuse(argv)) throw new Error('Operation not permitted');
      return '';
    },
  };
  return { host, held, released, ran };
}

const undone = (at: number) => undoArgv(fakeHost(), cuts[at]!.interface.at, false);
const error = (over: Partial<DbgError>) => expect.objectContaining(over) as DbgError;

describe('all are made', () => {
  test('and kept', async () => {
    const { host, held, released, ran } = hostWith([KEPT, KEPT]);
    await (await makeCuts(host, cuts)).keep();
    expect(held.map((argv) => argv.includes('dbg-cut'))).toEqual([true, true]);
    expect(released).toEqual(['0 keep', '1 keep']);
    expect(ran).toEqual([]);
  });

  test('and noted, as long as they are', async () => {
    const { host } = hostWith([GOOD, GOOD]);
    const made = await makeCuts(host, cuts);
    expect(host.notes.all().size).toBe(2);
    await made.undo();
    expect(host.notes.all().size).toBe(0);
  });

  test('but cannot be noted: they are undone', async () => {
    const { host, released } = hostWith([GOOD, GOOD]);
    const full = {
      ...fakeNotes(),
      write: () => {
        throw new Error('disk full');
      },
    };
    await expect(makeCuts({ ...host, notes: full }, cuts)).rejects.toThrow('disk full');
    expect(released).toEqual(['0', '1']);
  });

  test('and undone: the guards do it', async () => {
    const { host, released, ran } = hostWith([GOOD, GOOD]);
    await (await makeCuts(host, cuts)).undo();
    expect([released, ran]).toEqual([['0', '1'], []]);
  });

  test.each(['undone', 'replaced', 'restored', 'lifted', 'ended'] as const)(
    'and over by themselves: %s',
    async (end) => {
      const { host, released, ran } = hostWith([
        { said: 'ok', ended: `ok\nremade\n${end}\n`, endsItself: true },
        { ...GOOD, endsItself: true },
      ]);
      const made = await makeCuts(host, cuts);
      expect(await Promise.all(made.each.map((each) => each.end))).toEqual([end, 'undone']);
      expect([released, ran, host.notes.all().size]).toEqual([[], [], 0]);
    },
  );

  test('one guard was killed, its cut is undone from here', async () => {
    const { host, ran } = hostWith([{ ...GOOD, endsItself: true }, KILLED]);
    const made = await makeCuts(host, cuts);
    expect(await Promise.all(made.each.map((each) => each.end))).toEqual(['undone', 'killed']);
    expect(ran).toEqual([undone(1)]);
  });

  test('one guard was stopped before it could leave: nothing is cut, and that is an error', async () => {
    const { host, ran } = hostWith([KEPT, KILLED]);
    const made = await makeCuts(host, cuts);
    await expect(made.keep()).rejects.toThrow('a guard was killed or stopped');
    expect(ran).toEqual(expect.arrayContaining([undone(0), undone(1)]));
  });

  test('none at all', async () => {
    const { host, held } = hostWith([]);
    await (await makeCuts(host, [])).keep();
    expect(held).toEqual([]);
  });
});

describe('one fails: the others are undone', () => {
  test.each<[string, Guard, string, string | undefined]>([
    [
      'a reason of the kernel’s',
      failed('RTNETLINK answers: Device busy'),
      'the cut of veth103 failed: RTNETLINK answers: Device busy; nothing is left of it',
      'dbg veth --status',
    ],
    [
      'the lock is not to be had: what is there is not undone from here',
      { said: 'locked', ended: 'locked\n', endsItself: true },
      'another dbg is making or undoing a cut, and has not finished: veth103 is left as it is',
      'sudo fuser -v /proc/1/environ',
    ],
    [
      'killed before it said anything',
      { said: '', ended: '', endsItself: true },
      'the cut of veth103 failed: its guard was killed or stopped; nothing is left of it',
      'dbg veth --status',
    ],
    [
      'another container by now',
      { said: 'gone', ended: 'gone\n', endsItself: true },
      '"web" was restarted or reconnected just now: veth103 is not its device any more; nothing done',
      'dbg veth web',
    ],
    [
      'no netem',
      failed('Error: Specified qdisc kind is unknown.'),
      "this host's kernel has no netem, which --delay needs; nothing is left of it",
      'sudo modprobe sch_netem',
    ],
    [
      'no netem, as tc said it before',
      failed('Unknown qdisc "netem", hence option "delay" is unparsable'),
      "this host's kernel has no netem, which --delay needs; nothing is left of it",
      'sudo modprobe sch_netem',
    ],
  ])('%s', async (_, guard, message, command) => {
    const { host, released } = hostWith([GOOD, guard]);
    await expect(makeCuts(host, cuts)).rejects.toThrow(
      error({ message, next: [expect.objectContaining({ command })] as never }),
    );
    expect(released).toContain('0');
    expect(released).not.toContain('0 keep');
  });

  test('and the guard of another was killed: undone from here', async () => {
    const { host, ran } = hostWith([KILLED, failed('busy')]);
    await expect(makeCuts(host, cuts)).rejects.toThrow('the cut of veth103 failed');
    expect(ran).toContainEqual(undone(0));
  });
});

describe('undoing', () => {
  const points = [102, 103, 104].map((ifindex) => ({
    device: link({ name: `veth${ifindex}`, ifindex }),
    place: HOST_NETNS,
  }));

  test('one stays: the others are tried, and it is said', async () => {
    const { host, ran } = hostWith([], (argv) => argv.includes('103'));
    await expect(undoCuts(host, points, true)).rejects.toThrow(
      error({
        message: 'what dbg did to veth103 could not be undone: Operation not permitted',
        next: [{ what: 'once more', command: 'dbg veth --restore-all' }],
      }),
    );
    expect(ran).toEqual(points.map((at) => undoArgv(fakeHost(), at, true)));
  });

  test('none stays', async () => expect(await undoCuts(hostWith([]).host, points, false)).toBeUndefined());
});
