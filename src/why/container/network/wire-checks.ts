import { cutSentence } from '../../cut-sentence.ts';
import { linkState } from '../../../network/links.ts';
import type { DirectionCounts } from '../../../proc/device-counts.ts';
import { shellLine, shellQuote } from '../../../text.ts';
import { checkOf } from '../../check.ts';
import type { Finding } from '../../finding.ts';
import type { ContainerFacts } from '../facts.ts';
import { percent } from '../words.ts';
import type { CountedEnd, SeenWire } from './network-facts.ts';

const check = checkOf<ContainerFacts>();
const NETWORK = 'network';
const isCut = ({ marks }: SeenWire) => marks.some(({ isInForce }) => isInForce);
const hostEndOf = (name: string, { inside }: SeenWire) => `the host's end of ${inside.name} of "${name}"`;
const showOnHost = (device: string) => `ip -s link show dev ${shellQuote(device)}`;
const showInside = (name: string, device: string) => `dbg exec ${shellQuote(name)} ${showOnHost(device)}`;

/** From this share of its packets on, and this many, what a device dropped in its life is told. */
const [HIGH_SHARE, HIGH_COUNT] = [0.01, 100];
/**
 * So many in a look are told whatever their share. A frame now and then is of a protocol that
 * nobody takes, such as a bridge's STP, and the kernel counts it as dropped.
 */
const RISING_COUNT = 3;

/** Whether the container's packets get on and off its wires, in causal order. */
export const WIRE_CHECKS = [
  check({
    id: 'network.cut',
    layer: NETWORK,
    about: 'A cut that dbg made is in force on it: whose, until when, and how it is undone.',
    needs: ['container', 'network', 'now'],
    find: ({ container: { name }, network: { wires }, now }) =>
      wires.flatMap(({ inside, marks }) =>
        marks
          .filter(({ isInForce }) => isInForce)
          .map((mark): Finding => ({
            severity: /(^|,)(down|blackhole)(,|$)/.test(mark.what) ? 'broken' : 'suspect',
            ...cutSentence({ container: name, inside }, mark, now),
          })),
      ),
  }),
  check({
    id: 'network.down',
    layer: NETWORK,
    about: "An interface of it, the host's end of its wire, or the bridge is set down.",
    needs: ['container', 'network'],
    find: ({ container: { name }, network: { wires } }) =>
      wires
        .filter((wire) => !isCut(wire))
        .flatMap((wire): Finding[] => {
          const { inside, device, bridge, network } = wire;
          const all = [
            { link: inside, whose: `of "${name}"`, command: showInside(name, inside.name) },
            ...(device ? [{ link: device, whose: hostEndOf(name, wire), command: showOnHost(device.name) }] : []),
            ...(bridge
              ? [{ link: bridge, whose: `the bridge of network "${network}"`, command: showOnHost(bridge.name) }]
              : []),
          ];
          return all
            .filter(({ link }) => linkState(link) === 'down')
            .map(({ link, whose, command }) => ({
              severity: 'broken',
              sentence: `${link.name}, ${whose}, is set down`,
              evidence: [{ seen: link.flags.join(',') || 'not UP', command }],
              next: [
                {
                  what: 'set it up',
                  command: command.replace(/ip -s link.*/, `ip link set dev ${shellQuote(link.name)} up`),
                },
              ],
            }));
        }),
  }),
  check({
    id: 'network.no-bridge',
    layer: NETWORK,
    about: "The host's end of its wire is no port of the network's bridge.",
    needs: ['container', 'network'],
    find: ({ container: { name }, network: { wires } }) =>
      wires.flatMap((wire): Finding[] => {
        const { device, place, inside, network } = wire;
        if (device === undefined || device.master !== undefined || place.path !== undefined) return [];
        return [
          {
            severity: 'broken',
            sentence: `${device.name}, ${hostEndOf(name, wire)}, is in no bridge, though ${inside.name} is on network "${network}"`,
            evidence: [{ seen: 'no master', command: `ip -d link show dev ${shellQuote(device.name)}` }],
            next: [
              {
                what: 'connect it again',
                command: `docker network disconnect ${shellQuote(network)} ${shellQuote(name)} && docker network connect ${shellQuote(network)} ${shellQuote(name)}`,
              },
            ],
          },
        ];
      }),
  }),
  check({
    id: 'network.mtu',
    layer: NETWORK,
    about: "It sends larger packets than the host's end of its wire, the bridge, or the host's uplink takes.",
    needs: ['container', 'network'],
    find: ({ container: { name }, network: { wires, uplink } }) =>
      wires.flatMap((wire): Finding[] => {
        const { inside, device, bridge } = wire;
        const smaller = [
          ...(device ? [{ link: device, whose: hostEndOf(name, wire), isWire: true }] : []),
          ...(bridge ? [{ link: bridge, whose: 'its bridge', isWire: false }] : []),
          ...(uplink ? [{ link: uplink, whose: 'by which this host sends on', isWire: false }] : []),
        ].find(({ link }) => link.mtu > 0 && link.mtu < inside.mtu);
        if (smaller === undefined) return [];
        const { link, whose, isWire } = smaller;
        return [
          {
            // The end of a wire drops what is too large without a word. Where the host routes
            // packets it answers with an ICMP error, by which a sender learns of it.
            severity: isWire ? 'broken' : 'suspect',
            sentence: `${inside.name} of "${name}" sends packets of up to ${inside.mtu} bytes, and ${link.name}, ${whose}, takes ${link.mtu}${isWire ? ': larger ones are lost without a word' : ''}`,
            evidence: [
              { seen: `mtu ${inside.mtu}`, command: showInside(name, inside.name) },
              { seen: `mtu ${link.mtu}`, command: showOnHost(link.name) },
            ],
            next: [
              isWire
                ? {
                    what: 'make them the same',
                    command: `ip link set dev ${shellQuote(link.name)} mtu ${inside.mtu}`,
                  }
                : {
                    what: 'let it send smaller ones, or give the network that MTU (com.docker.network.driver.mtu)',
                    command: `dbg exec ${shellQuote(name)} ip link set dev ${shellQuote(inside.name)} mtu ${link.mtu}`,
                  },
            ],
          },
        ];
      }),
  }),
  check({
    id: 'network.foreign-rules',
    layer: NETWORK,
    about: "Somebody put rules of nft or tc, which are not dbg's, on the host's end of its wire.",
    needs: ['container', 'network'],
    find: ({ container: { name }, network: { wires } }) =>
      wires.flatMap((wire) =>
        wire.foreign.map(({ what, command }): Finding => ({
          severity: 'suspect',
          sentence: `${what} is on ${wire.device?.name ?? ''}, ${hostEndOf(name, wire)}, and not by dbg: it may drop or delay packets`,
          evidence: [{ seen: what, command: shellLine(command) }],
          next: [{ what: 'see what it does', command: shellLine(command) }],
        })),
      ),
  }),
  check({
    id: 'network.drops',
    layer: NETWORK,
    about: 'An end of its wire drops packets or counts errors now, or has done so for one of a hundred.',
    needs: ['container', 'network'],
    find: ({ container: { name }, network: { wires } }) =>
      wires
        .filter((wire) => !isCut(wire))
        .flatMap((wire): Finding[] => {
          const { inside, device, counted } = wire;
          return [
            ...losses(counted.inside, `${inside.name} of "${name}"`, showInside(name, inside.name)),
            ...(device
              ? losses(counted.device, `${device.name}, ${hostEndOf(name, wire)},`, showOnHost(device.name))
              : []),
          ];
        }),
  }),
] as const;

/**
 * What one device has dropped, in either direction: most of it while dbg looked, or in all its
 * life.
 */
function losses(counted: CountedEnd | undefined, device: string, command: string): Finding[] {
  if (counted === undefined) return [];
  return (['received', 'sent'] as const).flatMap((direction): Finding[] => {
    const [now, grew] = [counted.now[direction], counted.grew[direction]];
    const isRising = lostOf(grew) >= RISING_COUNT;
    const share = lostOf(now) / Math.max(1, now.packets + lostOf(now));
    if (!isRising && (lostOf(now) < HIGH_COUNT || share < HIGH_SHARE)) return [];
    const what = isRising
      ? `loses packets that are ${direction}: ${lostOf(grew)} while dbg looked, ${lostOf(now)} in all`
      : `has lost ${lostOf(now)} packets that were ${direction}, ${percent(share)} of them`;
    return [
      {
        severity: 'suspect',
        sentence: `${device} ${what} (${now.dropped} dropped, ${now.errors} with errors)`,
        evidence: [{ seen: `${direction}: ${now.dropped} dropped, ${now.errors} errors`, command }],
        next: [{ what: 'see whether they grow', command: `watch -d ${shellQuote(command)}` }],
      },
    ];
  });
}

const lostOf = ({ errors, dropped }: DirectionCounts) => errors + dropped;
