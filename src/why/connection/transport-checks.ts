import { shellQuote } from '../../text.ts';
import { checkOf } from '../check.ts';
import { called, type ConnectionFacts, isThisHost, type WireEnd, within } from './connection-facts.ts';

const check = checkOf<ConnectionFacts>();
const TRANSPORT = 'transport';
const trial = ({ from, attempt: { address, port } }: Pick<ConnectionFacts, 'from' | 'attempt'>) =>
  within(from, `curl -sv telnet://${address.includes(':') ? `[${address}]` : address}:${port}`);

const traced = ({ from, attempt: { address, port } }: Pick<ConnectionFacts, 'from' | 'attempt'>) =>
  isThisHost(from)
    ? `tcpdump -nni any host ${address} and port ${port}`
    : `dbg tcpdump --where ${shellQuote(`${address}:${port}`)} ${shellQuote(from.name)}`;

/** The result of the connection attempt, where no earlier check explains it, in causal order. */
export const TRANSPORT_CHECKS = [
  check({
    id: 'link.neighbour',
    layer: 'link',
    about: 'Nobody on the link answers for the address (ARP, or neighbour discovery).',
    needs: ['from', 'way', 'attempt'],
    find: ({ from, way, attempt: { address, outcome, neighbour } }) => {
      if (!('device' in way) || outcome === 'connected' || outcome === 'refused') return [];
      if (neighbour !== 'FAILED' && neighbour !== 'INCOMPLETE') return [];
      const asked = way.gateway ?? address;
      return [
        {
          severity: 'broken',
          sentence: `nobody answers for ${asked} on the link of ${way.device} of ${called(from)}: nobody has that address, or who has it is cut off`,
          evidence: [{ seen: `${asked} ${neighbour}`, command: within(from, `ip neigh show ${asked}`) }],
          next: [{ what: 'see who is on that network', command: 'dbg veth --all' }],
        },
      ];
    },
  }),
  check({
    id: 'transport.refused',
    layer: TRANSPORT,
    about: 'The connection is refused, and dbg cannot see why.',
    needs: ['from', 'attempt', 'peer'],
    find: ({ from, attempt, peer }) =>
      attempt.outcome !== 'refused'
        ? []
        : [
            {
              severity: 'broken',
              sentence: `${attempt.address} refuses connections to port ${attempt.port}${peer.kind === 'outside' ? ': nothing listens there, or a firewall on the way answers so' : ''}`,
              evidence: [{ seen: attempt.error, command: trial({ from, attempt }) }],
              next: [
                {
                  what: 'see who sends the refusal',
                  command: traced({ from, attempt }),
                },
              ],
            },
          ],
  }),
  check({
    id: 'transport.unreachable',
    layer: TRANSPORT,
    about: 'Somebody on the way says that the address cannot be reached.',
    needs: ['from', 'attempt'],
    find: ({ from, attempt }) =>
      attempt.outcome !== 'unreachable'
        ? []
        : [
            {
              severity: 'broken',
              sentence: `${attempt.address}:${attempt.port} cannot be reached from ${called(from)}: ${attempt.error}`,
              evidence: [{ seen: attempt.error, command: trial({ from, attempt }) }],
              next: [
                {
                  what: 'see who says so',
                  command: traced({ from, attempt }),
                },
              ],
            },
          ],
  }),
  check({
    id: 'transport.silent',
    layer: TRANSPORT,
    about: 'No answer comes, and dbg cannot see who holds it back.',
    needs: ['from', 'attempt', 'wish'],
    find: ({ from, attempt, wish }) =>
      attempt.outcome !== 'silent' || wish.protocol === 'udp'
        ? []
        : [
            {
              severity: 'broken',
              sentence: `no answer comes from ${attempt.address}:${attempt.port} to ${attempt.sent} packets of ${called(from)}`,
              evidence: [{ seen: 'no answer', command: trial({ from, attempt }) }],
              next: [
                {
                  what: 'see how far they get',
                  command: traced({ from, attempt }),
                },
              ],
            },
          ],
  }),
  check({
    id: 'link.mtu',
    layer: 'link',
    about:
      "The host's end of a wire takes smaller packets than both containers send: large ones are lost without a word.",
    needs: ['wire'],
    find: ({ wire: { own, peer } }) => {
      const all = [own, peer].filter((end) => end !== undefined);
      // TCP adapts to the smaller MTU of the two containers' interfaces. A smaller MTU between them
      // is announced to nobody.
      const smallest = Math.min(...all.map(({ inside }) => inside.mtu));
      const narrow = all.find((end): end is WireEnd & { device: object } => (end.device?.mtu ?? Infinity) < smallest);
      if (narrow === undefined) return [];
      const { device, inside, container } = narrow;
      return [
        {
          severity: 'broken',
          sentence: `${device.name}, the host's end of ${inside.name} of "${container}", takes packets of ${device.mtu} bytes, and the containers send up to ${smallest}: larger ones are lost`,
          evidence: [
            { seen: `mtu ${device.mtu}`, command: `ip link show dev ${shellQuote(device.name)}` },
            {
              seen: `mtu ${inside.mtu}`,
              command: `dbg exec ${shellQuote(container)} ip link show dev ${shellQuote(inside.name)}`,
            },
          ],
          next: [
            { what: 'make them the same', command: `ip link set dev ${shellQuote(device.name)} mtu ${inside.mtu}` },
          ],
        },
      ];
    },
  }),
] as const;
