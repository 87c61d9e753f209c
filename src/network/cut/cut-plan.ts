import type { DevicePoint } from '../netns-path.ts';
import { DbgError } from '../../errors.ts';
import { shellLine, shellQuote } from '../../text.ts';
import type { Host } from '../../host/host.ts';
import type { Link } from '../links.ts';
import { inNetns } from '../netns-path.ts';
import { foreignAlias, formatMark, parseMark, type Mark } from './mark.ts';
import { DEVICE, ruleset, tableName } from './ruleset.ts';
import { qdisc } from './qdisc.ts';
import CUT from './cut.sh';
import UNDO from './undo.sh';
import type { Cuttable } from './selection.ts';
import { impairmentsText, type Impairments } from './ways.ts';

/** A cut of one interface, ready to be made. */
export interface Cut {
  readonly interface: Cuttable;
  readonly mark: Mark;
  readonly alias: string;
  readonly down: boolean;
  readonly ruleset: string | undefined;
  readonly qdisc: readonly string[];
  /** how long the cut lasts until it undoes itself; undefined: until somebody undoes it */
  readonly milliseconds: number | undefined;
}

/** What a person wants of a cut, the same for all interfaces. */
export interface CutWish {
  readonly ways: Impairments;
  readonly milliseconds: number | undefined;
  /** the login of the person who wishes it */
  readonly by: string;
  /** milliseconds since the epoch */
  readonly now: number;
  /** eight hexadecimal digits, unique to this cut */
  readonly id: string;
}

/**
 * Plans the cuts of an interface. It is one cut, or two when a rate applies to what the container
 * sends too: what it sends is held back at its own end. Throws a DbgError for what is not possible
 * there, before anything is done.
 */
export function planCuts(each: Cuttable, own: DevicePoint, wish: CutWish): Cut[] {
  const { ways } = wish;
  const { rate, delay, direction } = ways;
  const isOwn = each.at.side === 'own';
  if (isOwn && (delay !== undefined || (rate !== undefined && direction !== 'out'))) {
    const option = delay === undefined ? 'rate' : 'delay';
    throw new DbgError(
      `refused: --${option} of what the container receives needs a host device, and ${each.at.device.name} has none`,
      delay === undefined ? { next: [{ what: 'limit what it sends', command: 'dbg veth … --rate … --out' }] } : {},
    );
  }
  if (isOwn || rate === undefined || direction === 'in') return [planCut(each, wish)];
  const sent = planCut(
    { ...each, at: { ...own, side: 'own' } },
    { ...wish, ways: { ...NO_WAYS, rate, direction: 'out' } },
  );
  const rest: Impairments = direction === 'out' ? { ...ways, rate: undefined } : ways;
  const isAll = rest.drop.length === 0 && rest.loss === undefined && rest.rate === undefined;
  return isAll ? [sent] : [planCut(each, { ...wish, ways: rest }), sent];
}

const NO_WAYS: Omit<Impairments, 'direction'> = {
  down: false,
  blackhole: false,
  drop: [],
  loss: undefined,
  rate: undefined,
  delay: undefined,
};

function planCut(each: Cuttable, { ways: wished, milliseconds, by, now, id }: CutWish): Cut {
  const { device, side } = each.at;
  // A container whose own end is set down loses its routes. There, all its frames are dropped
  // instead.
  const ways = wished.down && side === 'own' ? { ...wished, down: false, blackhole: true } : wished;
  const { container } = each.target;
  const mark: Mark = {
    id,
    what: impairmentsText(ways),
    by,
    since: Math.floor(now / 1000),
    until: milliseconds === undefined ? 0 : Math.ceil((now + milliseconds) / 1000),
    whose: `${container.name}/${each.inside.name}`,
    foreign: foreignAlias(device.alias),
  };
  const alias = formatMark(mark);
  if (alias === undefined) {
    throw new DbgError(`refused: the alias of ${device.name} is so long that dbg's mark does not fit beside it`, {
      next: [{ what: 'shorten it', command: shellLine(['ip', 'link', 'set', 'dev', device.name, 'alias', '…']) }],
    });
  }
  const rules = ruleset({ ifindex: device.ifindex, side }, ways);
  // Within quotes, nft has no way to write a quote. A container may choose the names of its
  // devices.
  if (rules !== undefined && !/^[\w.@:+-]+$/.test(device.name)) {
    throw new DbgError(`refused: nft cannot be told of a device with the name ${shellQuote(device.name)}`);
  }
  return {
    interface: each,
    mark,
    alias,
    down: ways.down,
    ruleset: rules,
    qdisc: checkedQdisc(ways, each),
    milliseconds,
  };
}

/**
 * The words of tc for the queueing discipline. Throws a DbgError when somebody else has set one on
 * the device.
 */
function checkedQdisc(ways: Impairments, { at: { device } }: Cuttable): string[] {
  const words = qdisc(ways);
  const isOurs = ['netem', 'tbf'].includes(device.qdisc) && parseMark(device.alias) !== undefined;
  if (words.length === 0 || device.qdisc === 'noqueue' || isOurs) return words;
  throw new DbgError(
    `refused: ${device.name} has a queueing discipline already (${device.qdisc}), which is not dbg's`,
    {
      next: [{ what: 'see it', command: shellLine(['tc', 'qdisc', 'show', 'dev', device.name]) }],
    },
  );
}

/** The argv that makes a cut and guards it (cut.sh). */
export function cutArgv(
  host: Host,
  { interface: each, mark, alias, down, ruleset: rules, qdisc: words, milliseconds }: Cut,
): string[] {
  const { device, place } = each.at;
  const { target } = each;
  return inNetns(host, place, [
    'sh',
    '-c',
    CUT,
    'dbg-cut',
    ...onDevice(each),
    mark.id,
    device.name,
    wire(device),
    device.linkNetnsid === undefined ? '' : String(device.linkNetnsid),
    String(target.pid),
    target.startTime,
    target.container.id,
    milliseconds === undefined ? '' : String(Math.ceil(milliseconds / 10)),
    alias,
    down ? 'down' : '',
    rules ?? '',
    ...words,
  ]);
}

/**
 * The argv that takes all of dbg's cuts off a device, whoever made them (undo.sh). With `isUp`, the
 * link is set up too, whoever set it down.
 */
export function undoArgv(host: Host, at: DevicePoint, isUp: boolean): string[] {
  return inNetns(host, at.place, ['sh', '-c', UNDO, 'dbg-undo', ...onDevice({ at }), isUp ? 'up' : '']);
}

/**
 * The argv that takes only the mark off a device, for a device that has left the namespace where it
 * was cut.
 */
export const unmarkArgv = (host: Host, { device, place }: DevicePoint): string[] =>
  inNetns(host, place, ['ip', 'link', 'set', 'dev', device.name, 'alias', foreignAlias(device.alias)]);

const onDevice = ({ at: { device, place } }: { at: DevicePoint }) => [
  place.netns === undefined ? '' : String(place.netns),
  String(device.ifindex),
  foreignAlias(device.alias),
];

/**
 * What `ip link` prints behind a device's name when the other end is in another namespace: "@if2"
 * in "veth1@if2" (ip/ipaddress.c, print_name_and_link).
 */
const wire = ({ linkIndex, linkNetnsid }: Link) =>
  linkIndex === undefined || linkNetnsid === undefined ? '' : `@if${linkIndex}`;

/** The commands that make a cut, for people to learn from and to paste. */
export function cutCommands(
  host: Host,
  { interface: { at }, down, ruleset: rules, qdisc: words, alias }: Cut,
): string[][] {
  const { name } = at.device;
  const making = [
    ['ip', 'link', 'set', 'dev', name, 'alias', alias],
    ...(rules === undefined ? [] : [['nft', rules.replaceAll(DEVICE, name)]]),
    ...(words.length === 0 ? [] : [['tc', 'qdisc', 'add', 'dev', name, 'root', 'handle', 'dbb:', ...words]]),
    ...(down ? [['ip', 'link', 'set', 'dev', name, 'down']] : []),
  ];
  // A cut that is there already is taken away first.
  const former = parseMark(at.device.alias) ? undoCommands(host, at, false) : [];
  return [...former, ...making.map((argv) => inNetns(host, at.place, argv))];
}

/** The commands that undo a cut: by its mark, only what the cut did. */
export function undoCommands(host: Host, { device, place }: DevicePoint, isUp: boolean): string[][] {
  const { name, ifindex, alias } = device;
  const mark = parseMark(alias);
  const what = mark?.what.split(',') ?? [];
  const hasTable = what.some((word) => /^(blackhole$|drop:|loss:)/.test(word));
  const isSet = isUp || what[0] === 'down';
  return [
    ...(hasTable ? [['nft', 'delete', 'table', 'netdev', tableName(ifindex)]] : []),
    ...(what.some((word) => /^(delay|rate):/.test(word))
      ? [['tc', 'qdisc', 'del', 'dev', name, 'root', 'handle', 'dbb:']]
      : []),
    ...(isSet ? [['ip', 'link', 'set', 'dev', name, 'up']] : []),
    ...(mark ? [['ip', 'link', 'set', 'dev', name, 'alias', mark.foreign]] : []),
  ].map((argv) => inNetns(host, place, argv));
}
