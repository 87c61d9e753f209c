import { shellQuote } from '../../text.ts';
import { checkOf } from '../check.ts';
import { called, type ConnectionFacts, within } from './connection-facts.ts';
import type { PathSizes } from './talk/talk-facts.ts';

const check = checkOf<ConnectionFacts>();

/** A bridge lets a frame pass that is longer by a VLAN tag (is_skb_forwardable in the kernel). */
const VLAN_TAG = 4;

/** Whether large packets pass as small ones do. */
export const PATH_CHECKS = [
  check({
    id: 'transport.mtu',
    layer: 'transport',
    about:
      'Small packets pass and large ones are lost without a word (path MTU): it connects, and what is long never comes.',
    needs: ['from', 'peer', 'address', 'path'],
    find: ({ from, peer, address, path }) => {
      const { full, passes, announced, needsSmall } = path;
      const isLost = passes !== undefined && passes < full && announced === undefined;
      if (!isLost && !needsSmall) return [];
      const size = passes !== undefined && passes < full ? passes : undefined;
      const narrow = size === undefined ? undefined : placeOf(path, size);
      const small = `packets of ${size ?? 576} bytes pass between ${called(from)} and ${address}, and those of ${full} are lost`;
      const where = narrow ? `: ${narrow.device}, ${narrow.whose}, has an MTU of ${narrow.mtu}` : elsewhere(peer.kind);
      return [
        {
          // Whoever is outside may let small echo requests pass alone, and large packets of TCP
          // too.
          severity: peer.kind === 'outside' && !needsSmall ? 'suspect' : 'broken',
          sentence: `${small}${where}`,
          evidence: [
            {
              seen: size === undefined ? 'an answer came to small packets alone' : `${size} of ${full} bytes`,
              command: within(from, `ping -M do -c 1 -s ${full - headers(address)} ${address}`),
            },
            ...(narrow
              ? [{ seen: `mtu ${narrow.mtu}`, command: `ip link show dev ${shellQuote(narrow.device)}` }]
              : []),
          ],
          next: [
            {
              what: 'let TCP ask for smaller packets, or give the network that MTU (com.docker.network.driver.mtu)',
              command: `iptables -t mangle -I FORWARD -p tcp --tcp-flags SYN,RST SYN -d ${address} -j TCPMSS --clamp-mss-to-pmtu`,
            },
          ],
        },
      ];
    },
  }),
] as const;

/** The bytes of a ping that are no payload: the headers of IP and of ICMP. */
const headers = (address: string) => (address.includes(':') ? 48 : 28);

/** The first device on the way whose MTU is what passes. */
const placeOf = ({ places }: PathSizes, size: number) =>
  places.find(({ mtu }) => mtu <= size && mtu >= size - VLAN_TAG);

const elsewhere = (kind: ConnectionFacts['peer']['kind']) =>
  kind === 'outside' ? ', beyond this host' : ', at no device that dbg knows on the way';
