import { linkState } from '../../network/links.ts';
import type { SeenMark } from '../../network/cut/in-force.ts';
import { duration, shellQuote } from '../../text.ts';
import { checkOf } from '../check.ts';
import type { Finding } from '../finding.ts';
import type { ConnectionFacts, WireEnd } from './connection-facts.ts';

const check = checkOf<ConnectionFacts>();
const LINK = 'link';
const ends = ({ own, peer }: ConnectionFacts['wire']): WireEnd[] => [own, peer].filter((end) => end !== undefined);
const vethCommand = ({ container }: WireEnd) => `dbg veth ${shellQuote(container)}`;

/** Whether frames pass between the two containers' interfaces, in causal order. */
export const LINK_CHECKS = [
  check({
    id: 'link.cut',
    layer: LINK,
    about: 'A cut that dbg made drops or delays its frames ("dbg veth CTR --down", "--drop" and others).',
    needs: ['wish', 'wire', 'now', 'tried'],
    find: ({ wish, wire, now, tried }) =>
      ends(wire).flatMap((end) =>
        end.marks
          .filter(({ isInForce }) => isInForce)
          .map((mark) => cutFinding(end, mark, now, severityOf(mark, wish, wire, tried))),
      ),
  }),
  check({
    id: 'link.down',
    layer: LINK,
    about:
      "A device on the way is set down, or the other end of it is: the container's, the host's end, or the bridge.",
    needs: ['wire', 'tried'],
    find: ({ wire, tried }) => (tried?.outcome === 'connected' ? [] : downDevices(wire)),
  }),
  check({
    id: 'link.no-bridge',
    layer: LINK,
    about: "The host's end of its wire is no port of the network's bridge.",
    needs: ['wire', 'tried'],
    find: ({ wire, tried }) =>
      tried?.outcome === 'connected'
        ? []
        : ends(wire).flatMap((end): Finding[] => {
            const { device, place, container, network } = end;
            if (
              device === undefined ||
              device.master !== undefined ||
              place.path !== undefined ||
              network === undefined
            )
              return [];
            return [
              {
                severity: 'broken',
                sentence: `${device.name}, the host's end of ${end.inside.name} of "${container}", is in no bridge, though it is of network "${network}"`,
                evidence: [{ seen: 'no master', command: `ip -d link show dev ${shellQuote(device.name)}` }],
                next: [
                  {
                    what: 'connect it again',
                    command: `docker network disconnect ${shellQuote(network)} ${shellQuote(container)} && docker network connect ${shellQuote(network)} ${shellQuote(container)}`,
                  },
                ],
              },
            ];
          }),
  }),
  check({
    id: 'link.same-address',
    layer: LINK,
    about: 'Both containers have the same MAC address on the network that they are on.',
    needs: ['wire', 'tried'],
    find: ({ wire: { own, peer }, tried }) => {
      if (!own || !peer || own.inside.mac !== peer.inside.mac || own.network !== peer.network) return [];
      if (tried?.outcome === 'connected' || own.container === peer.container || own.inside.mac === '') return [];
      return [
        {
          severity: 'broken',
          sentence: `"${own.container}" and "${peer.container}" have the same MAC address, ${own.inside.mac}`,
          evidence: [own, peer].map((end) => ({ seen: end.inside.mac, command: `${vethCommand(end)} --json` })),
          next: [
            {
              what: 'create one of them again without --mac-address; see which was given one',
              command: `docker inspect -f '{{.Config.MacAddress}}' ${shellQuote(own.container)} ${shellQuote(peer.container)}`,
            },
          ],
        },
      ];
    },
  }),
] as const;

/**
 * `broken` for a cut that explains why no answer comes: of everything, or of just this peer. Any
 * other cut in force is a suspect, or a note where the connection worked.
 */
function severityOf(
  { what }: SeenMark,
  { host, port }: ConnectionFacts['wish'],
  { own, peer }: ConnectionFacts['wire'],
  tried: ConnectionFacts['tried'],
): Finding['severity'] {
  if (tried?.outcome === 'connected') return 'note';
  const names = [host, tried?.address, own?.container, peer?.container];
  const isThis = what.split(',').some((word) => {
    const [, name, its] = /^drop:(.*?)(?::(\d+)\/\w+)?$/.exec(word.replace(/[[\]]/g, '')) ?? [];
    return /^(down|blackhole)$/.test(word) || (names.includes(name) && (its === undefined || Number(its) === port));
  });
  return isThis && tried?.outcome !== 'refused' ? 'broken' : 'suspect';
}

function cutFinding(end: WireEnd, mark: SeenMark, now: number, severity: Finding['severity']): Finding {
  const until = mark.until === 0 ? 'until it is undone' : `for ${duration(mark.until * 1000 - now)} more`;
  return {
    severity,
    sentence: `${end.inside.name} of "${end.container}" is cut by dbg (${mark.what}): by ${mark.by}, ${duration(now - mark.since * 1000)} ago, ${until}`,
    evidence: [{ seen: `cut ${mark.id}: ${mark.what}`, command: vethCommand(end) }],
    next: [{ what: 'undo the cut', command: `dbg veth ${shellQuote(end.container)} --up` }],
  };
}

function downDevices({ own, peer, bridge }: ConnectionFacts['wire']): Finding[] {
  const devices = [
    ...[own, peer].flatMap((end) =>
      end === undefined || end.marks.some(({ isInForce }) => isInForce)
        ? []
        : [
            {
              link: end.inside,
              whose: `of "${end.container}"`,
              command: `dbg exec ${shellQuote(end.container)} ip link`,
            },
            ...(end.device && end.place.path === undefined
              ? [
                  {
                    link: end.device,
                    whose: `the host's end of ${end.inside.name} of "${end.container}"`,
                    command: `ip link show dev ${shellQuote(end.device.name)}`,
                  },
                ]
              : []),
          ],
    ),
    ...(bridge
      ? [{ link: bridge, whose: 'the bridge of the network', command: `ip link show dev ${shellQuote(bridge.name)}` }]
      : []),
  ];
  // A device that is set down explains why the device at its other end has no carrier.
  const down = devices.filter(({ link }) => linkState(link) === 'down');
  const lost = devices.filter(({ link }) => linkState(link) === 'no carrier');
  return (down.length > 0 ? down : lost).map(({ link, whose, command }) => ({
    severity: 'broken',
    sentence: `${link.name}, ${whose}, ${linkState(link) === 'down' ? 'is set down' : 'has no carrier'}`,
    evidence: [{ seen: link.flags.join(','), command }],
    next: [{ what: 'set it up', command: command.replace(/ip link.*/, `ip link set dev ${shellQuote(link.name)} up`) }],
  }));
}
