import { isIP } from 'node:net';
import { Option } from 'commander';
import { containersArgument, VerbArgument, VerbOption } from '../../cli/arguments/verb-argument.ts';
import { addPid, type PidOption, refOf } from '../../cli/arguments/by-pid.ts';
import { requireContainer } from '../../cli/arguments/chosen-container.ts';
import { addSelection, namesIn, type Selecting } from '../../cli/arguments/chosen-containers.ts';
import { asRoot } from '../../cli/root.ts';
import { Verb } from '../../cli/verb.ts';
import type { Context } from '../../context.ts';
import { portRef } from '../../engine/match.ts';
import { EXIT, usageError } from '../../errors.ts';
import { escapeControls } from '../../text.ts';
import { findCurrent } from '../../jobs/find-target.ts';
import { inTime } from '../../jobs/in-time.ts';
import { doorTo, inwardTo, THIS_HOST } from '../../jobs/why/connection-doors.ts';
import { connectionProbes } from '../../jobs/why/connection-probes.ts';
import { examine } from '../../jobs/why/examine.ts';
import { gather } from '../../jobs/why/gather-facts.ts';
import { wiresOfOne } from '../../jobs/why/network/wire-probe.ts';
import type { TraceWish } from '../../jobs/why/trace-probe.ts';
import { checksFor } from '../../why/connection/connection-checks.ts';
import { isBlind, judge, type Verdict } from '../../why/judge.ts';
import { verdictRecord } from '../../why/verdict-record.ts';
import { json } from '../../ui/table.ts';
import {
  type ConnectionOptions,
  readDoor,
  readInward,
  readTalk,
  readWish,
  refuseWithoutPeer,
} from './connection-wish.ts';
import { type PatienceOptions, patienceOf, tellWhatIsLate, unknownIn } from './patience.ts';
import { refuseTrace, traceWish, type TraceOptions } from './trace-wish.ts';
import { meansSeveral, whySeveral } from './why-several.ts';
import { verdictText } from './why-text.ts';

interface WhyOptions extends PidOption, Selecting, ConnectionOptions, TraceOptions, PatienceOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** How many ms are left for an answer. */
type Left = () => number;

export function whyCommand(ctx: Context): Verb {
  return addSelection(addPid(new Verb('why').asksSeveral('rows')), 'every container, running or not,')
    .summary('what is wrong with a container or a connection: the first cause, with its proof')
    .description(
      'Look at a container, running or not, and say what is wrong with it: first what explains the rest, with the evidence and what to do. With :PORT, why a published port does not answer. With HOST[:PORT], why the container does not reach that host (another container, an address or a name), as seen from inside the container. Without CTR: every container of this host that has something broken, the worst first. Nothing is changed by looking.',
    )
    .addArgument(containersArgument({ leftOut: 'left out: all of this host' }))
    .addArgument(
      new VerbArgument(
        '[peer]',
        'what the container is to reach: HOST[:PORT[/udp]], where HOST is a container, an address or a name',
        'containers',
      ),
    )
    .option('--udp', 'the port is a UDP port')
    .addOption(new Option('-4, --ipv4', 'try IPv4 only').conflicts('ipv6'))
    .option('-6, --ipv6', 'try IPv6 only')
    .option('--tls', "speak TLS with the peer: the handshake, and its certificate by the container's own CAs")
    .option('--http <path>', 'ask the peer for a page by HTTP, with --tls by HTTPS')
    .addOption(
      new VerbOption(
        '--from <host>',
        'from outside in: why that address, or container, does not reach CTR:PORT',
        'containers',
      ),
    )
    .option('--no-probe', 'send nothing: no questions to nameservers, and no connections')
    .option('--trace', 'trace its calls for 3 s (strace), and say which are refused, and what they need')
    .option('--for <time>', 'how long to trace: 500ms, 10s, 2m')
    .option('--timeout <time>', 'answer within that time, 5s unless given: what dbg does not know by then, it names')
    .option(
      '-v, --verbose',
      'show notes too: what is not wrong, but worth knowing; of several containers, also those that are well',
    )
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing is broken, 1 something is, 125 dbg could not look.\n\nExamples:\n  dbg why\n  dbg why web\n  dbg why web,db -v\n  dbg why :8080\n  dbg why :53 --udp\n  dbg why web db:5432\n  dbg why web:80 --from 192.0.2.7\n  dbg why web example.com:443 -4\n  dbg why web api:8443 --tls --http /health\n  dbg why web --trace --for 10s\n  dbg why web --json',
    )
    .runs(async (operand: string | undefined, peer: string | undefined, options: WhyOptions) => {
      const patienceMs = patienceOf(options);
      const judged = async (work: (patient: Context, left: Left) => Promise<number>) =>
        asRoot(ctx, async () => inTime(ctx, patienceMs, work));
      // With --pid, the first operand is no container.
      const [first, second] = options.pid === undefined ? [operand, peer] : [undefined, operand];
      if (options.from !== undefined) {
        refuseTrace(options);
        const inside = await refOf(ctx, first, options);
        requireContainer(ctx, inside);
        return judged(async (patient, left) => inward(patient, inside, second, { ...options, left, patienceMs }));
      }
      const names = namesIn(first);
      if (meansSeveral(names, second, options)) {
        refuseWithoutPeer(options);
        refuseTrace(options);
        return asRoot(ctx, async () => whySeveral(ctx, names, options, patienceMs));
      }
      const typed = (await refOf(ctx, first, options)) ?? '';
      const isDoor = second === undefined && portRef(typed) !== undefined;
      if (isDoor || second !== undefined) refuseTrace(options);
      else refuseWithoutPeer(options);
      const ref = isDoor ? readDoor(typed, options).ref : typed;
      const traced = traceWish(ctx, options);
      return judged(async (patient, left) => why(patient, ref, second, { ...options, traced, left, patienceMs }));
    });
}

/** The exit code when dbg has found something broken. */
const BROKEN = 1;

type Wished = WhyOptions & {
  readonly traced?: TraceWish | undefined;
  readonly left: Left;
  /** how many there were at the beginning */
  readonly patienceMs: number;
};

async function why(ctx: Context, ref: string, peer: string | undefined, options: Wished): Promise<number> {
  const container = await findCurrent(ctx, ref);
  const about = { container: container.name, id: container.id };
  const door = peer === undefined ? await doorTo(ctx, container, readDoor(ref, options)) : undefined;
  const talk = readTalk(options);
  const looks = looksOf(options);
  const asked = { outside: false, published: door !== undefined, tls: talk.tls, http: talk.path !== undefined };
  if (door) {
    const probes = connectionProbes(ctx, THIS_HOST, door.wish, {
      ...looks,
      published: door.published,
      talk,
      onTrace: tellsOf(ctx),
    });
    const verdict = judge(checksFor(asked), await gather(probes, looks.patienceMs));
    return print(
      ctx,
      { ...about, peer: ref },
      `between port ${ref} of this host and "${container.name}"`,
      verdict,
      options,
    );
  }
  if (peer === undefined) {
    const { verdict } = await examine(ctx, container, { ...looks, wires: wiresOfOne(ctx) }, options.traced);
    return print(ctx, about, `in "${container.name}"`, verdict, options);
  }
  const wish = readWish(peer, options);
  const probes = connectionProbes(ctx, container, wish, { ...looks, talk, onTrace: tellsOf(ctx) });
  const verdict = judge(checksFor(asked), await gather(probes, looks.patienceMs));
  return print(ctx, { ...about, peer }, `between "${container.name}" and ${peer}`, verdict, options);
}

const looksOf = ({ probe, left }: Wished) => ({ isSilent: probe === false, patienceMs: left() });

/** Says on stderr that rules are put into firewalls. */
const tellsOf =
  ({ stderr }: Context) =>
  (places: readonly string[]): void => {
    const whose = escapeControls(places.join(' and '));
    stderr.write(
      `dbg: for a second, a rule in the firewall of ${whose} marks dbg's packets, to see which rule takes them (--no-probe leaves that out)\n`,
    );
  };

/** `--from HOST`: from a container as the container would ask, and from an address outside in. */
async function inward(
  ctx: Context,
  ref: string | undefined,
  peer: string | undefined,
  options: Wished,
): Promise<number> {
  const { from = '' } = options;
  if (peer !== undefined || ref === undefined) throw usageError('--from HOST goes with one operand: dbg why CTR:PORT');
  const inwardWish = readInward(ref, options);
  if (isIP(from) === 0) return why(ctx, from, ref, options);
  const { ctr, port, protocol } = inwardWish;
  const container = await findCurrent(ctx, ctr);
  const { wish, published } = await inwardTo(ctx, container, port, protocol);
  const talk = readTalk(options);
  const looks = looksOf(options);
  const wished = { ...looks, published, talk, outsider: from, onTrace: tellsOf(ctx) };
  const checks = checksFor({ outside: true, published: true, tls: talk.tls, http: talk.path !== undefined });
  const verdict = judge(checks, await gather(connectionProbes(ctx, THIS_HOST, wish, wished), looks.patienceMs));
  const about = { container: container.name, id: container.id, peer: ref, from };
  return print(ctx, about, `between ${from} and port ${port} of "${container.name}"`, verdict, options);
}

function print(ctx: Context, about: object, where: string, verdict: Verdict, options: Wished): number {
  ctx.stdout.write(
    options.json ? json(verdictRecord(about, verdict)) : verdictText(where, verdict, options.verbose === true),
  );
  tellWhatIsLate(ctx, unknownIn(verdict), options.patienceMs);
  if (verdict.answer !== undefined) return BROKEN;
  return isBlind(verdict) ? EXIT.failed : 0;
}
