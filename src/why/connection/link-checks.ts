import { linkState } from '../../network/links.ts';
import type { SeenMark } from '../../network/cut/in-force.ts';
import { shellQuote } from '../../text.ts';
import { checkOf } from '../check.ts';
import { cutSentence } from '../cut-sentence.ts';
import type { Finding } from '../finding.ts';
import { type ConnectionFacts, type WireEnd, within } from './connection-facts.ts';

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
          .map((mark): Finding => ({ severity: severityOf(mark, wish, wire, tried), ...cutSentence(end, mark, now) })),
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
  check({
    id: 'link.other-answers',
    layer: LINK,
    about: "Somebody else on the link answers for the peer's address (ARP, neighbour discovery): it is there twice.",
    needs: ['from', 'wire', 'way', 'address', 'tried', 'networks'],
    find: ({ from, wire: { own, peer }, way, address, tried, networks }) => {
      const mac = tried?.neighbourMac;
      const isDirect = own !== undefined && peer !== undefined && own.network === peer.network;
      if (!isDirect || mac === undefined || peer.inside.mac === '' || mac === peer.inside.mac) return [];
      // Behind a gateway, the address that was asked for on the link is the gateway's.
      if (!('device' in way) || way.gateway !== undefined || own.container === peer.container) return [];
      if (tried?.neighbour === 'FAILED') return [];
      const { name, macs } = networks.find((each) => each.name === peer.network) ?? { macs: new Map<string, string>() };
      const isKnown = [...macs.values()].includes(mac);
      return [
        {
          severity: tried?.outcome === 'connected' ? 'suspect' : 'broken',
          sentence: `${mac} ${tried?.neighbour === 'PERMANENT' ? 'is set down' : 'answers'} for ${address} on the link of ${own.inside.name} of "${own.container}", and not ${peer.inside.mac}, which "${peer.container}" has: the address is there twice, or was moved`,
          evidence: [
            { seen: `${address} is ${mac}`, command: within(from, `ip neigh show ${address}`) },
            {
              seen: peer.inside.mac,
              command: `dbg exec ${shellQuote(peer.container)} ip link show dev ${shellQuote(peer.inside.name)}`,
            },
          ],
          next: [
            isKnown
              ? {
                  what: 'see which container has that one',
                  command: `docker network inspect ${shellQuote(name ?? '')}`,
                }
              : { what: 'see who has that one', command: `dbg veth --all` },
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
