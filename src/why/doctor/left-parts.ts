import { isOverdue } from '../../network/cut/mark.ts';
import type { Remains } from '../../network/cut/marked.ts';
import { duration, shellQuote } from '../../text.ts';
import type { Finding } from '../finding.ts';
import type { Guard } from './doctor-facts.ts';
import { part } from './doctor-part.ts';

const LEFT = 'left';
const KINDS: readonly Guard['kind'][] = ['tool guard', 'cut guard', 'sweeper'];
const STATUS = 'dbg veth --status';
const RESTORE = { what: 'undo all cuts', command: 'dbg veth --restore-all' };

export const LEFT_PARTS = [
  part({
    id: 'left.cuts',
    layer: LEFT,
    about: 'No cut of dbg is overdue, has lost its effect, or has left something behind.',
    neededBy: 'the networks of containers',
    needs: ['cuts', 'now'],
    seen: ({ cuts: { marked, left } }) => {
      const there = [
        ...(marked.length > 0 ? [`${marked.length} in place`] : []),
        ...(left.length > 0 ? [`${left.length} left behind`] : []),
      ];
      return there.join(', ') || 'none';
    },
    find: ({ cuts, now }) => cutFindings(cuts, now),
  }),
  part({
    id: 'left.guards',
    layer: LEFT,
    about: "No process of dbg's that guards a tool or a cut is stopped.",
    neededBy: 'the end of tools and cuts when dbg is killed',
    needs: ['guards'],
    seen: ({ guards }) =>
      KINDS.flatMap((kind) => {
        const count = guards.filter((each) => each.kind === kind).length;
        return count > 0 ? [`${count} ${kind}${count === 1 ? '' : 's'}`] : [];
      }).join(', ') || 'none at work',
    find: ({ guards }) =>
      guards
        .filter(({ isStopped }) => isStopped)
        .map(({ pid, kind }) => ({
          severity: 'suspect',
          sentence: `the ${kind} ${pid} of dbg was stopped, and does not do what it is there for`,
          evidence: [{ seen: 'state T', command: `ps -o pid,stat,args -p ${pid}` }],
          next: [{ what: 'let it go on', command: `sudo kill -CONT ${pid}` }],
        })),
  }),
  part({
    id: 'left.stand-ins',
    layer: LEFT,
    about: 'No socket or docker context of `dbg api` is left without a dbg behind it.',
    neededBy: 'docker, where it uses them',
    needs: ['standIns'],
    seen: ({ standIns }) => standIns.map(({ name }) => name).join(', ') || 'none',
    find: ({ standIns }) =>
      standIns.map(({ kind, name }) => ({
        severity: 'suspect',
        sentence:
          kind === 'socket'
            ? `the folder ${name} of dbg api is left, and no dbg listens there`
            : `the docker context "${name}" of dbg api is left, and no dbg listens there`,
        evidence: [{ seen: name, command: kind === 'socket' ? `ls -la ${shellQuote(name)}` : 'docker context ls' }],
        next: [
          {
            what: 'remove it',
            command: kind === 'socket' ? `rm -r -- ${shellQuote(name)}` : `docker context rm -f -- ${shellQuote(name)}`,
          },
        ],
      })),
  }),
] as const;

function cutFindings({ marked, left, doubtful }: Remains, now: number): Finding[] {
  const late = marked.filter(({ mark }) => isOverdue(mark, now));
  const lost = marked.filter(({ mark }) => !mark.isInForce && !isOverdue(mark, now));
  const others = marked.length - late.length - lost.length;
  return [
    ...late.map(({ mark: { whose, what, by, until } }): Finding => ({
      severity: 'suspect',
      sentence: `the cut of ${whose} (${what}, by ${by}) should have ended ${duration((now - until) * 1000)} ago: its guard was killed`,
      evidence: [{ seen: what, command: STATUS }],
      next: [RESTORE],
    })),
    ...lost.map(({ mark: { whose, what, by } }): Finding => ({
      severity: 'suspect',
      sentence: `the cut of ${whose} (${what}, by ${by}) is not in force: its rules are gone, or its link is up`,
      evidence: [{ seen: 'not in force', command: STATUS }],
      next: [RESTORE],
    })),
    ...left.map(({ what }): Finding => ({
      severity: 'suspect',
      sentence: `a cut has left something behind: ${what}`,
      evidence: [{ seen: what, command: STATUS }],
      next: [RESTORE],
    })),
    ...doubtful.slice(0, MOST_DOUBTFUL).map((name): Finding => ({
      severity: 'suspect',
      sentence: `the device ${name} has a mark of a cut that dbg has no note of: a container may have written it`,
      evidence: [{ seen: name, command: `ip link show dev ${shellQuote(name)}` }],
      next: [{ what: 'take it off', command: `sudo ip link set dev ${shellQuote(name)} alias ''` }],
    })),
    ...(others > 0
      ? [
          {
            severity: 'note' as const,
            sentence: `${others} ${others === 1 ? 'cut is' : 'cuts are'} in force, as somebody wants it`,
            evidence: [{ seen: `${others}`, command: STATUS }],
            next: [{ what: 'which', command: STATUS }],
          },
        ]
      : []),
  ];
}

/** Whoever has a device moved to the host with a forged mark can do so many times. */
const MOST_DOUBTFUL = 5;
